import Box from "@cloudscape-design/components/box";
import { Refused } from "./refused";

/** What stands in place of everything, the frame too, where the console can't be shown. */
export function RefusedAlone({
  error,
  doing,
  onRetry,
}: {
  error: unknown;
  doing: string;
  onRetry: () => void;
}) {
  return (
    <main>
      <Box padding="xxl">
        <Box variant="h1" padding={{ bottom: "m" }}>
          Cairn
        </Box>
        <Refused error={error} doing={doing} onRetry={onRetry} />
      </Box>
    </main>
  );
}
