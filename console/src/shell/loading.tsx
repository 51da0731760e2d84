import Box from "@cloudscape-design/components/box";
import LiveRegion from "@cloudscape-design/components/live-region";
import StatusIndicator from "@cloudscape-design/components/status-indicator";

/** What stands where something will be, for those who see it and those who hear it: `Loading the event`. */
export function Loading({ what }: { what: string }) {
  return (
    <Box textAlign="center" padding="xl">
      <LiveRegion>
        <StatusIndicator type="loading">{what}</StatusIndicator>
      </LiveRegion>
    </Box>
  );
}
