import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { Refused } from "../../shell/refused";
import type { Live } from "./use-live";

interface LiveStatusProps {
  live: Live;
  isPaused: boolean;
  /** Whether another page than the first is shown. */
  isElsewhere: boolean;
  onPause: (isPaused: boolean) => void;
}

/** Tells whether events are followed and how many came, and pauses that. */
export function LiveStatus({ live, isPaused, isElsewhere, onPause }: LiveStatusProps) {
  if (live.state.kind === "refused") return <Refused error={live.state.error} doing="follow new events" />;
  const isHeld = isPaused || isElsewhere;
  return (
    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
      <div role="status">
        {live.state.kind === "connecting" ? (
          <StatusIndicator type="loading">Connecting</StatusIndicator>
        ) : (
          <StatusIndicator type={isHeld ? "stopped" : "in-progress"}>
            {words(live, isPaused, isElsewhere)}
          </StatusIndicator>
        )}
      </div>
      <Button variant="inline-link" iconName={isHeld ? "play" : "pause"} onClick={() => onPause(!isHeld)}>
        {isHeld ? "Show the newest" : "Pause"}
      </Button>
    </SpaceBetween>
  );
}

function words({ arrived, isMore }: Live, isPaused: boolean, isElsewhere: boolean): string {
  const events = `${arrived}${isMore ? " or more" : ""} new ${arrived === 1 ? "event" : "events"}`;
  if (isPaused) return `Paused, ${events}`;
  return isElsewhere ? `${events} on the first page` : `Live, ${events}`;
}
