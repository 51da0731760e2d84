import { expect, test } from "vitest";
import { totalsOf } from "./totals";

const BACK = "2026-11-20T08:00:00Z";

const CASES: [total: number, errors: number[], back: string | undefined, words: string][] = [
  [1, [0], undefined, "1 event"],
  [1_234, [1, 2], undefined, "1,234 events, 3 failed"],
  [1, [0], BACK, "1 or more events, counted back to 2026-11-20T08:00:00Z"],
  [300_000, [12], BACK, "300,000 or more events, 12 or more failed, counted back to 2026-11-20T08:00:00Z"],
];

test.each(CASES)("%i events, %j of them failed, counted back to %s", (Total, errors, back, words) => {
  const Buckets = errors.map((Errors) => ({ StartTime: "", Count: 0, Errors, BySource: {} }));
  const summary = { Total, Buckets, ...(back ? { CountedBackTo: back } : {}) };
  expect(totalsOf(summary, (at) => at)).toBe(words);
});
