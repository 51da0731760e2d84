import type { DeliveryHealth, DestinationHealth, TrailHealth } from "../../api/trails";
import { span } from "../../shell/time";
import type { Condition } from "../trail-facts";

/** Whether what waits has waited for longer than a delivery window and its delivery take. */
export const isLate = ({
  LagSeconds,
  WindowSeconds,
}: Pick<TrailHealth, "LagSeconds" | "WindowSeconds">): boolean => LagSeconds > 2 * WindowSeconds + 60;

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
export function stateOf({ Kind, Error: code, LastSuccess, LastDay }: DestinationHealth): Condition {
  if (code) return { type: "error", text: code, code };
  if (LastDay && LastDay.GivenUp > 0) return { type: "warning", text: "Gave events up" };
  if (LastSuccess) return { type: "success", text: "Works" };
  // Of some it is only told when they fail.
  return Kind === "TransparencyLog"
    ? { type: "success", text: "No errors" }
    : { type: "pending", text: "Nothing yet" };
}

export const KINDS: Record<DestinationHealth["Kind"], string> = {
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

/** A destination, and whose it is. */
export interface Row extends DestinationHealth {
  id: string;
  owner: string;
}

/** All destinations, those first that need somebody. */
export function rowsOf({ Trails, Destinations = [] }: DeliveryHealth): Row[] {
  const rows = [
    ...Trails.flatMap((trail) =>
      trail.Destinations.map((one) => ({
        ...one,
        id: `${trail.TrailARN} ${one.Kind} ${one.Name}`,
        owner: trail.Name,
      })),
    ),
    ...Destinations.map((one) => ({
      ...one,
      id: `${one.Kind} ${one.Name}`,
      owner: one.Kind === "EventBridge" ? "The account's trails" : "The server",
    })),
  ];
  const urgency = (row: Row) => ["error", "warning"].indexOf(stateOf(row).type) + 1 || 3;
  return rows.sort((one, other) => urgency(one) - urgency(other));
}

const number = new Intl.NumberFormat("en-US");

/** What waits for a destination, in words; nothing is known of some. */
export function waitsOf({ Waiting, Behind = 0, LagSeconds = 0 }: DestinationHealth): string {
  if (Waiting === undefined) return "–";
  if (LagSeconds === 0) return "Nothing";
  const unread = Behind > 0 ? `, ${number.format(Behind)} unread` : "";
  return `${number.format(Waiting)} for ${span(LagSeconds)}${unread}`;
}

/** What arrived in the last 24 hours, and what did not. */
export function sentOf({ LastDay }: DestinationHealth): string {
  if (!LastDay) return "–";
  const failed = LastDay.FailedTries > 0 ? `, ${number.format(LastDay.FailedTries)} tries failed` : "";
  return `${number.format(LastDay.Events)}${failed}`;
}

/** What never will arrive, by its reason. */
export function givenUpOf({ LastDay }: DestinationHealth): string {
  if (!LastDay) return "–";
  const reasons = Object.entries(LastDay.GivenUpFor ?? {});
  if (reasons.length === 0) return "None";
  return reasons.map(([reason, events]) => `${number.format(events)} ${reason}`).join(", ");
}

/** What waits for buckets, of all trails; how many folders are not listed, and whether there is more. */
export function foldersOf(trails: readonly TrailHealth[]) {
  const waiting = trails.flatMap(({ Name, TrailARN, Undelivered }) =>
    Undelivered ? [{ Name, TrailARN, ...Undelivered }] : [],
  );
  return {
    folders: waiting.flatMap(({ Name, TrailARN, Folders }) =>
      Folders.map((one) => ({
        ...one,
        trail: Name,
        id: `${TrailARN} ${one.AccountId} ${one.Region} ${one.Folder}`,
      })),
    ),
    unlisted: waiting.reduce((sum, { FolderCount, Folders }) => sum + FolderCount - Folders.length, 0),
    more: waiting.some(({ More }) => More),
  };
}
