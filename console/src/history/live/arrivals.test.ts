import { expect, test } from "vitest";
import { isOverrun, NO_ARRIVALS, recounted } from "./arrivals";

test.each<[shown: string, first: string, hasOlder: boolean, isIt: boolean]>([
  ["", "", false, false],
  ["cba", "cba", true, false],
  ["dcb", "cba", true, false],
  ["fed", "cba", true, true],
  // The first events that there are, on a page with room for more; and then without.
  ["ba", "", false, false],
  ["cba", "", true, true],
])("a page of %j, at first of %j, older ones: %s, more may have come: %s", (shown, first, hasOlder, isIt) => {
  expect(isOverrun([...shown], new Set(first), hasOlder)).toBe(isIt);
});

const cut = { Total: 300, CountedBackTo: "2026-11-26T10:00:00Z" };

test.each([
  [{ Total: 20 }, { Total: 520 }, { count: 500, isMore: false }],
  // What was shown as new came, whatever a count a little earlier says.
  [{ Total: 20 }, { Total: 25 }, { count: 10, isMore: false }],
  [{ Total: 20 }, cut, { count: 280, isMore: true }],
  [undefined, { Total: 520 }, { count: 10, isMore: true }],
  [{ Total: 20 }, undefined, { count: 10, isMore: true }],
])("after 10, and between counts of %j and %j, %j came", (base, now, came) => {
  expect(recounted({ count: 10, isMore: true }, 5, base, now)).toEqual(came);
});

test("what is shown as new came, also where nothing was counted", () => {
  expect(recounted(NO_ARRIVALS, 50, undefined, undefined)).toEqual({ count: 50, isMore: true });
  expect(recounted(NO_ARRIVALS, 50, { Total: 3 }, { Total: 43 })).toEqual({ count: 50, isMore: false });
});
