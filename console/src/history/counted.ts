import type { Summary } from "../api/history";

/** How many events a summary counted, and where it stopped because there was too much to read. */
export type Counted = Pick<Summary, "Total" | "CountedBackTo">;

const COUNT = new Intl.NumberFormat("en-US");

/** `1,234`; `12 or more` where it is at least so many. */
export const countOf = (count: number, { CountedBackTo }: Pick<Counted, "CountedBackTo">): string =>
  `${COUNT.format(count)}${CountedBackTo ? " or more" : ""}`;

/** `1 event`, `1,234 events`, `12 or more events`. */
export const eventsOf = (counted: Counted): string =>
  `${countOf(counted.Total, counted)} ${isOne(counted) ? "event" : "events"}`;

/** Whether it is one event, and no more. */
export const isOne = ({ Total, CountedBackTo }: Counted): boolean => Total === 1 && !CountedBackTo;

/** Whether it is certain that there is none. */
export const isNothing = ({ Total, CountedBackTo }: Counted): boolean => Total === 0 && !CountedBackTo;
