import { type Counted, eventsOf, isNothing, isOne } from "../counted";
import { EVENTS_MAX } from "./fetch-file";

const COUNT = new Intl.NumberFormat("en-US");

/** How many events there are to download. */
export interface Amount {
  /** What is known for certain. */
  matches?: string;
  more: string;
}

/** Tells what was counted; `moment` writes a time. */
export function amountOf(counted: Counted, moment: (at: string) => string): Amount {
  const { Total, CountedBackTo } = counted;
  if (isNothing(counted)) return { more: "No event matches: there is nothing to download." };
  const matches = `${eventsOf(counted)} ${isOne(counted) ? "matches" : "match"}.`;
  const most = COUNT.format(EVENTS_MAX);
  if (Total > EVENTS_MAX) {
    const more = `A file holds the newest ${most}; for the others, choose an earlier time.`;
    return { matches, more };
  }
  if (!CountedBackTo) return { matches, more: "All columns are in the file, whatever the table shows." };
  const stopped = `There is too much to read for a count, which came back to ${moment(CountedBackTo)}`;
  const goesOn = `A download looks at everything, and holds the newest ${most} at most.`;
  if (Total === 0) return { more: `${stopped} and found nothing so far. ${goesOn}` };
  return { matches, more: `${stopped}. ${goesOn}` };
}

/** How far a download is; without a percentage as long as it is not known how many events there are. */
export function progressOf(
  events: number,
  counted: Counted | undefined,
): { percent?: number; words: string } {
  const isKnown = counted && (!counted.CountedBackTo || counted.Total >= EVENTS_MAX);
  if (!isKnown) return { words: `${COUNT.format(events)} ${events === 1 ? "event" : "events"} so far` };
  const whole = Math.min(counted.Total, EVENTS_MAX);
  const percent = Math.min(99, Math.floor((100 * events) / Math.max(whole, 1)));
  return { percent, words: `${COUNT.format(Math.min(events, whole))} of ${COUNT.format(whole)} events` };
}
