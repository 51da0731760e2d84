import type { TrailHealth } from "../../api/trails";
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
  const bucket = failing.find(({ Kind }) => Kind === "S3");
  if (bucket) return { type: "error", text: `Bucket: ${bucket.Error}` };
  const [first, ...more] = failing;
  if (first) {
    const others = more.length > 0 ? ` and ${more.length} more` : "";
    return { type: "warning", text: `${KINDS[first.Kind]}: ${first.Error}${others}` };
  }
  if (isLate(trail)) return { type: "warning", text: "Late" };
  return { type: "success", text: "Healthy" };
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

/** The sums of all trails. */
export function totals(trails: readonly TrailHealth[]) {
  const sum = (of: (trail: TrailHealth) => number) => trails.reduce((total, trail) => total + of(trail), 0);
  return {
    logging: trails.filter(({ IsLogging }) => IsLogging).length,
    failing: trails.filter((trail) => ["error", "warning"].includes(healthOf(trail).type)).length,
    files: sum(({ LastDay }) => LastDay.Files),
    bytes: sum(({ LastDay }) => LastDay.Bytes),
    events: sum(({ LastDay }) => LastDay.Events),
    digests: sum(({ LastDay }) => LastDay.Digests),
    late: trails.some(isLate),
    lag: Math.max(0, ...trails.map(({ LagSeconds }) => LagSeconds)),
  };
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
