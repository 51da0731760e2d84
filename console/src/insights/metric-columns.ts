/** What the graph shows of many days: what was counted by the hour. */

import type { MetricData } from "../api/insights";
import { type Columns, niceLength } from "./columns";
import type { Episode } from "./told";

const HOUR = 3600;

/** Makes at most so many columns of whole hours, from one second up to another. */
export function metricColumns(
  { Timestamps, Values }: MetricData,
  { began, end }: Pick<Episode, "began" | "end">,
  [from, to]: [number, number],
  most: number,
): Columns {
  const counted = new Map(Timestamps.map((second, at) => [second - (second % HOUR), Values[at] ?? 0]));
  const first = from - (from % HOUR);
  const hours = Math.max(1, niceLength((to - first) / 60 / most) / 60);
  const ended = end?.at ?? to;
  const columns = [];
  for (let second = first; second < to; second += hours * HOUR) {
    let calls = 0;
    for (let hour = 0; hour < hours; hour++) calls += counted.get(second + hour * HOUR) ?? 0;
    const isUnusual = second < ended && second + hours * HOUR > began;
    // The last column may not be over.
    const minutes = (Math.min(to, second + hours * HOUR) - second) / 60;
    columns.push({ second, calls: calls / minutes, usual: undefined, isUnusual });
  }
  return { columns, minutes: hours * 60 };
}
