import { describe, expect, test } from "vitest";
import { relative, span, timeWords } from "./time";

describe("times in UTC", () => {
  const utc = timeWords("utc");
  test.each([
    ["2026-11-26T06:26:56Z", "November 26, 2026, 06:26:56 (UTC)", "2026-11-26 06:26:56"],
    [1_795_674_416, "November 26, 2026, 06:26:56 (UTC)", "2026-11-26 06:26:56"],
    ["2026-03-02T00:00:00Z", "March 02, 2026, 00:00:00 (UTC)", "2026-03-02 00:00:00"],
    ["nonsense", "–", "–"],
  ])("%s", (moment, full, short) => {
    expect([utc.full(moment), utc.short(moment)]).toEqual([full, short]);
  });
});

test("local times tell their zone", () => {
  const date = new Date("2026-07-01T12:00:00Z");
  const shifted = Object.assign(new Date(date), { getTimezoneOffset: () => -330 });
  expect(timeWords("local").zoneName(shifted)).toBe("UTC+05:30");
  const west = Object.assign(new Date(date), { getTimezoneOffset: () => 180 });
  expect(timeWords("local").zoneName(west)).toBe("UTC-03:00");
});

test.each([
  [0, "now"],
  [-59, "59 seconds ago"],
  [-60, "1 minute ago"],
  [-3599, "59 minutes ago"],
  [-86_400, "yesterday"],
  [7200, "in 2 hours"],
])("%d seconds from now is %s", (seconds, words) => {
  const now = new Date("2026-11-26T06:00:00Z");
  expect(relative(new Date(now.getTime() + seconds * 1000), now)).toBe(words);
});

test.each([
  [0, "0 s"],
  [59, "59 s"],
  [60, "1 min"],
  [3725, "1 h 2 min"],
  [86_400, "1 d"],
  [90_061, "1 d 1 h"],
  [-5, "0 s"],
])("%d seconds are %s", (seconds, words) => {
  expect(span(seconds)).toBe(words);
});
