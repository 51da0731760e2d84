import Button from "@cloudscape-design/components/button";
import LiveRegion from "@cloudscape-design/components/live-region";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { Refused } from "../../shell/refused";
import { useCalm } from "./use-calm";
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
  const isHeld = isPaused || isElsewhere;
  const said = words(live, isPaused, isElsewhere);
  // Who hears them is not told of every single event.
  const calm = useCalm(`${live.state.kind} ${isHeld}`, live.state.kind === "on" ? heard(live, isHeld) : "");
  if (live.state.kind === "refused")
    return <Refused error={live.state.error} doing="follow new events" onRetry={live.retry} />;
  return (
    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
      <div>
        <LiveRegion hidden>{calm}</LiveRegion>
        {live.state.kind === "connecting" ? (
          <StatusIndicator type="loading">Connecting</StatusIndicator>
        ) : (
          <StatusIndicator
            type={isHeld ? "stopped" : "in-progress"}
            {...(isHeld ? {} : { colorOverride: "green" })}
          >
            {said}
          </StatusIndicator>
        )}
      </div>
      <Button variant="inline-link" iconName={isHeld ? "play" : "pause"} onClick={() => onPause(!isHeld)}>
        {isHeld ? "Show the newest" : "Pause"}
      </Button>
    </SpaceBetween>
  );
}

function words({ arrived, waiting, isMore }: Live, isPaused: boolean, isElsewhere: boolean): string {
  if (isPaused) return `Paused, ${newEvents(waiting, isMore)}`;
  return isElsewhere
    ? `${newEvents(waiting, isMore)} on the first page`
    : `Live, ${newEvents(arrived.count, arrived.isMore)}`;
}

/** The same for those who hear it. */
const heard = ({ arrived, waiting, isMore }: Live, isHeld: boolean): string =>
  isHeld ? `${newEvents(waiting, isMore)} wait` : `${newEvents(arrived.count, arrived.isMore)} so far, live`;

const newEvents = (count: number, isMore: boolean) =>
  `${COUNT.format(count)}${isMore ? " or more" : ""} new ${count === 1 && !isMore ? "event" : "events"}`;

const COUNT = new Intl.NumberFormat("en-US");
