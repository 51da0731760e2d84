import type { Summary } from "../../api/history";
import { countOf, eventsOf } from "../counted";

/** `1,234 events, 3 failed`, and how far back it was counted where that is not all; `moment` writes a time. */
export function totalsOf(
  summary: Pick<Summary, "Total" | "Buckets" | "CountedBackTo">,
  moment: (at: string) => string,
): string {
  const errors = summary.Buckets.reduce((sum, bucket) => sum + bucket.Errors, 0);
  return [
    eventsOf(summary),
    ...(errors > 0 ? [`${countOf(errors, summary)} failed`] : []),
    ...(summary.CountedBackTo ? [`counted back to ${moment(summary.CountedBackTo)}`] : []),
  ].join(", ");
}
