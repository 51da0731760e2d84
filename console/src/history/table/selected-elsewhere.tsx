import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";

/** Tells of selected events that are not on this page, and lets go of the selection. */
export function SelectedElsewhere({ count, onClear }: { count: number; onClear: () => void }) {
  if (count === 0) return null;
  const words = `${count} selected ${count === 1 ? "event is" : "events are"} not on this page`;
  return (
    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
      <StatusIndicator type="info">{words}</StatusIndicator>
      <Button variant="inline-link" onClick={onClear}>
        Clear selection
      </Button>
    </SpaceBetween>
  );
}
