import type { TrailHealth } from "../../api/trails";
import { span } from "../../shell/time";
import type { Condition } from "../trail-facts";

/** Whether what waits has waited for longer than a delivery window and its delivery take. */
export const isLate = ({
  LagSeconds,
  WindowSeconds,
}: Pick<TrailHealth, "LagSeconds" | "WindowSeconds">): boolean => LagSeconds > 2 * WindowSeconds + 60;

type Destination = TrailHealth["Destinations"][number];

/** How a trail's delivery fares, in a word or two. */
export function healthOf(trail: TrailHealth): Condition {
  if (!trail.IsLogging && trail.Behind === 0) return { type: "stopped", text: "Off" };
  const failing = trail.Destinations.filter((destination) => destination.Error);
  const first = failing.find(({ Kind }) => Kind === "S3") ?? failing[0];
  if (first?.Error) {
    const others = failing.length > 1 ? ` and ${failing.length - 1} more` : "";
    return {
      type: first.Kind === "S3" ? "error" : "warning",
      text: `${KINDS[first.Kind]}: ${first.Error}${others}`,
      code: first.Error,
    };
  }
  if (isLate(trail)) return { type: "warning", text: "Late" };
  // What is recorded for others is passed over a moment later.
  if (!trail.IsLogging) return { type: "stopped", text: "Off" };
  return { type: "success", text: "Healthy" };
}

/** How a destination fares. */
export function stateOf({ Kind, Error: code, LastSuccess }: Destination): Condition {
  if (code) return { type: "error", text: code, code };
  if (LastSuccess) return { type: "success", text: "Works" };
  // Of some it is only told when they fail.
  return Kind === "TransparencyLog"
    ? { type: "success", text: "No errors" }
    : { type: "pending", text: "Nothing yet" };
}

export const KINDS: Record<Destination["Kind"], string> = {
  S3: "Log files",
  Digest: "Digests",
  SNS: "SNS topic",
  CloudWatchLogs: "CloudWatch Logs",
  EventBridge: "EventBridge",
  Webhook: "Webhook",
  NATS: "NATS",
  TransparencyLog: "Transparency log",
};

/** Whether the bucket refuses: what waits then is not counted as lag, for it waits for somebody. */
export const isHeldUp = ({ Destinations }: Pick<TrailHealth, "Destinations">): boolean =>
  Destinations.some(({ Kind, Error: code }) => Kind === "S3" && code !== undefined);

/** How late a trail is, in words. */
export function lagOf(trail: TrailHealth): string {
  if (isHeldUp(trail)) return "Held up";
  return trail.LagSeconds > 0 ? span(trail.LagSeconds) : "None";
}

/** The sums of all trails. */
export function totals(trails: readonly TrailHealth[]) {
  const sum = (of: (trail: TrailHealth) => number) => trails.reduce((total, trail) => total + of(trail), 0);
  return {
    logging: trails.filter(({ IsLogging }) => IsLogging).length,
    files: sum(({ LastDay }) => LastDay.Files),
    bytes: sum(({ LastDay }) => LastDay.Bytes),
    events: sum(({ LastDay }) => LastDay.Events),
    digests: sum(({ LastDay }) => LastDay.Digests),
    late: trails.some((trail) => isLate(trail) || isHeldUp(trail)),
    lag: longestLag(trails),
  };
}

function longestLag(all: readonly TrailHealth[]): string {
  const trails = all.filter((trail) => trail.IsLogging || isLate(trail) || isHeldUp(trail));
  if (trails.length === 0) return "–";
  const heldUp = trails.find(isHeldUp);
  const [latest] = [...trails].sort((one, other) => other.LagSeconds - one.LagSeconds);
  const worst = heldUp ?? latest;
  return worst ? lagOf(worst) : "None";
}

export interface Series {
  title: string;
  hours: { at: Date; value: number }[];
}

/** One figure of each trail, hour by hour. */
export function seriesOf(
  trails: readonly TrailHealth[],
  figure: "Files" | "Events" | "Bytes" | "Digests",
): Series[] {
  return trails.map(({ Name, LastDay }) => ({
    title: Name,
    hours: LastDay.Hours.map((hour) => ({ at: new Date(hour.StartTime), value: hour[figure] })),
  }));
}
