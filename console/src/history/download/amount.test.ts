import { expect, test } from "vitest";
import { type Counted, isNothing } from "../counted";
import { amountOf, progressOf } from "./amount";

const BACK = "2026-11-20T08:00:00Z";
const exactly = (Total: number): Counted => ({ Total });
const atLeast = (Total: number): Counted => ({ Total, CountedBackTo: BACK });

const AMOUNTS: [counted: Counted, matches: string | undefined, more: RegExp, nothing: boolean][] = [
  [exactly(0), undefined, /^No event matches/, true],
  [exactly(1), "1 event matches.", /^All columns/, false],
  [exactly(1_234), "1,234 events match.", /^All columns/, false],
  [exactly(300_000), "300,000 events match.", /^A file holds the newest 200,000;/, false],
  // What was not counted may match as well.
  [
    atLeast(0),
    undefined,
    /^There is too much to read .* back to 2026-11-20T08:00:00Z and found nothing so far\./,
    false,
  ],
  [
    atLeast(1),
    "1 or more events match.",
    /^There is too much to read .* A download looks at everything/,
    false,
  ],
  [atLeast(12), "12 or more events match.", /^There is too much to read/, false],
  [atLeast(300_000), "300,000 or more events match.", /^A file holds the newest 200,000;/, false],
];

test.each(AMOUNTS)("to download, of %j: %s", (counted, matches, more, nothing) => {
  const amount = amountOf(counted, (at) => at);
  expect(amount.matches).toBe(matches);
  expect(amount.more).toMatch(more);
  expect(isNothing(counted)).toBe(nothing);
});

const STEPS: [events: number, counted: Counted | undefined, percent: number | undefined, words: string][] = [
  [0, undefined, undefined, "0 events so far"],
  [1, undefined, undefined, "1 event so far"],
  [500, exactly(1_000), 50, "500 of 1,000 events"],
  // The last line of JSON is no event.
  [1_001, exactly(1_000), 99, "1,000 of 1,000 events"],
  [50_000, exactly(300_000), 25, "50,000 of 200,000 events"],
  // A count that stopped early is no end of the way.
  [12, atLeast(12), undefined, "12 events so far"],
  [50_000, atLeast(300_000), 25, "50,000 of 200,000 events"],
];

test.each(STEPS)("%i of %j is %s per cent", (events, counted, percent, words) => {
  expect(progressOf(events, counted)).toEqual({ words, ...(percent === undefined ? {} : { percent }) });
});
