import type { TimeWords } from "../../shell/time";
import type { Group, Grouping } from "./groups";

/** `Nov 26, 2026, 13:00 to 14:00 (UTC)`: when a group was; a session may go on into another day. */
export function timesOf(
  { from, to }: Pick<Group, "from" | "to">,
  grouping: Grouping,
  time: TimeWords,
): string {
  const begin = grouping === "hour" ? Math.floor(from / 3600) * 3600 : from;
  const end = grouping === "hour" ? begin + 3600 : to;
  const zones = [time.zoneName(begin), time.zoneName(end)];
  // Where summer time ends, the hour after two is two again.
  const zone = zones[0] === zones[1] ? "" : ` (${zones[0]})`;
  const isLonger = grouping === "session" && time.day(end) !== time.day(begin);
  const until = isLonger ? `${time.day(end)}, ${time.clock(end)}` : time.clock(end);
  return `${time.day(begin)}, ${time.clock(begin)}${zone} to ${until} (${zones[1]})`;
}
