import Alert from "@cloudscape-design/components/alert";
import type { Refusal } from "../../api/call";
import type { RefusedTrail } from "../read-of-trails";

interface RefusedTrailsProps {
  refused: RefusedTrail[];
  /** Why trails can't be listed at all. */
  error: Refusal | undefined;
}

/** Tells of which trails insights are missing, and what to ask for. */
export function RefusedTrails({ refused, error }: RefusedTrailsProps) {
  const why = error ?? refused[0]?.error;
  if (!why) return null;
  const names = error ? "" : `: ${namesOf(refused)}`;
  return (
    <Alert type="info" header={`Insights of data events are missing${names}`}>
      {why.message}
    </Alert>
  );
}

const namesOf = (refused: RefusedTrail[]): string => refused.map(({ trail }) => trail.Name).join(", ");
