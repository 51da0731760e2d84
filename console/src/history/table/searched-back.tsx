import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useTime } from "../../shell/time";
import type { EventPages } from "../use-event-pages";

/** Tells how far a search came that stopped before its page was full, and goes on with it. */
export function SearchedBack({ pages }: { pages: EventPages }) {
  const time = useTime();
  const back = pages.page?.SearchedBackTo;
  if (!back || !pages.hasMore || pages.isLoading) return null;
  return (
    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
      <StatusIndicator type="info">{`Searched back to ${time.full(back)} so far`}</StatusIndicator>
      <Button variant="inline-link" onClick={() => pages.goTo(pages.number + 1)}>
        Search further back
      </Button>
    </SpaceBetween>
  );
}
