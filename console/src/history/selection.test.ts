import { expect, test } from "vitest";
import type { EventItem } from "../api/history";
import { elsewhere, selectedOf } from "./selection";

const events = (ids: string) => [...ids].map((EventId) => ({ EventId }) as EventItem);

test("a selection ends with its search", () => {
  const selection = { walk: "eu-central-1 CreateUser", events: events("ab") };
  expect(selectedOf(selection, "eu-central-1 CreateUser")).toEqual(events("ab"));
  expect(selectedOf(selection, "us-east-1 CreateUser")).toEqual([]);
  expect(selectedOf(selection, "eu-central-1 DeleteUser")).toEqual([]);
});

test.each([
  ["", "abc", 0],
  ["ab", "abc", 0],
  ["abd", "abc", 1],
  ["de", "", 2],
])("of %s selected and %s shown, %i are elsewhere", (selected, shown, count) => {
  expect(elsewhere(events(selected), events(shown))).toBe(count);
});
