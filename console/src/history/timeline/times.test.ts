import { expect, test } from "vitest";
import { timeWords } from "../../shell/time";
import type { Grouping } from "./groups";
import { timesOf } from "./times";

const at = (moment: string) => Date.parse(moment) / 1000;

test.each<[Grouping, string, string, string]>([
  ["hour", "2026-11-26T13:35:17Z", "2026-11-26T13:47:50Z", "Nov 26, 2026, 13:00 to 14:00 (UTC)"],
  ["hour", "2026-11-26T23:59:59Z", "2026-11-26T23:59:59Z", "Nov 26, 2026, 23:00 to 00:00 (UTC)"],
  ["session", "2026-11-26T13:21:00Z", "2026-11-26T13:47:50Z", "Nov 26, 2026, 13:21 to 13:47 (UTC)"],
  [
    "session",
    "2026-11-24T23:50:00Z",
    "2026-11-26T00:10:00Z",
    "Nov 24, 2026, 23:50 to Nov 26, 2026, 00:10 (UTC)",
  ],
])("by %s, %s to %s is %s", (grouping, from, to, words) => {
  expect(timesOf({ from: at(from), to: at(to) }, grouping, timeWords("utc"))).toBe(words);
});

test("an hour in which summer time ends tells both zones", () => {
  const before = at("2026-10-25T00:00:00Z");
  const utc = timeWords("utc");
  const berlin = {
    ...utc,
    clock: () => "02:00",
    zoneName: (moment: unknown) => (moment === before ? "UTC+02:00" : "UTC+01:00"),
  };
  expect(timesOf({ from: before, to: before }, "hour", berlin)).toBe(
    "Oct 25, 2026, 02:00 (UTC+02:00) to 02:00 (UTC+01:00)",
  );
});
