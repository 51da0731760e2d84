import Alert from "@cloudscape-design/components/alert";
import type { RefusedTrail } from "../read-of-trails";

/** Tells of which trails insights are missing, and what to ask for. */
export function RefusedTrails({ refused }: { refused: RefusedTrail[] }) {
  const [first] = refused;
  if (!first) return null;
  return (
    <Alert type="info" header={`Insights of data events are missing: ${namesOf(refused)}`}>
      {first.error.message}
    </Alert>
  );
}

const namesOf = (refused: RefusedTrail[]): string => refused.map(({ trail }) => trail.Name).join(", ");
