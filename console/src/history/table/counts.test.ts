import { expect, test } from "vitest";
import type { SearchPage } from "../../api/history";
import { counterOf, countText } from "./counts";

const total = (Count: number, Exact = true): SearchPage["Total"] => ({ Count, Exact });

const COUNTERS: [total: SearchPage["Total"], selected: number, counter: string | undefined][] = [
  [undefined, 0, undefined],
  [undefined, 2, "(2 selected)"],
  [total(1_234), 0, "(1,234)"],
  [total(1_234), 2, "(2/1,234)"],
  [total(10_000, false), 0, "(10,000+)"],
];

test.each(COUNTERS)("beside the heading: %j, %i selected", (total, selected, counter) => {
  expect(counterOf(total, selected).counter).toBe(counter);
});

const TEXTS: [total: SearchPage["Total"], shown: number, hasMore: boolean, text: string][] = [
  [undefined, 50, true, "50+ matches"],
  [undefined, 1, false, "1 match"],
  [undefined, 0, false, "0 matches"],
  [total(1_234), 50, true, "1,234 matches"],
  [total(1, false), 1, true, "1+ matches"],
];

test.each(TEXTS)("in the filter: %j, %i shown, more: %j", (total, shown, hasMore, text) => {
  expect(countText(total, shown, hasMore)).toBe(text);
});
