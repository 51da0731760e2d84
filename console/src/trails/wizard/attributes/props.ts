import type { Faults } from "../../selectors/faults";
import type { Draft } from "../draft";

/** What every part of the wizard gets: what was filled in, a way to change it, and what is wrong with it. */
export interface PartProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  faults: Faults;
}
