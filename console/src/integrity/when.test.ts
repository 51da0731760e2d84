import { expect, test } from "vitest";
import { askedOf, customOf, instant, readWhen, wrongWhen } from "./when";

const NOW = Date.parse("2026-03-10T12:00:00.500Z");

test.each([
  ["", "2026-03-09T12:00:00Z", "2026-03-10T12:00:00Z"],
  ["range=7d", "2026-03-03T12:00:00Z", "2026-03-10T12:00:00Z"],
  ["range=nonsense", "2026-03-09T12:00:00Z", "2026-03-10T12:00:00Z"],
  [
    "range=custom&from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z",
    "2026-03-01T00:00:00Z",
    "2026-03-02T00:00:00Z",
  ],
  ["range=custom&from=2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z", "2026-03-10T12:00:00Z"],
])("%s is from %s to %s", (query, from, to) => {
  expect(askedOf("t", readWhen(new URLSearchParams(query)), undefined, NOW)).toEqual({
    trail: "t",
    from,
    to,
  });
});

test.each([
  "range=custom",
  "range=custom&from=x",
  "range=custom&from=2026-04-01T00:00:00Z&to=2026-05-01T00:00:00Z",
  "range=custom&from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z",
])("%s is no time", (query) => {
  expect(askedOf("t", readWhen(new URLSearchParams(query)), undefined, NOW)).toBeUndefined();
});

test("an account goes with it", () => {
  expect(askedOf("t", readWhen(new URLSearchParams()), "111122223333", NOW)?.account).toBe("111122223333");
});

test("times that make no sense are told where they stand", () => {
  const custom = (from: string, to: string) => wrongWhen({ id: "custom", from, to }, NOW);
  expect(custom("", "")).toEqual({ from: "Choose a day." });
  expect(custom("2027-01-01T00:00:00Z", "")).toHaveProperty("from");
  expect(custom("2026-03-02T00:00:00Z", "2026-03-01T00:00:00Z")).toHaveProperty("to");
  expect(custom("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z")).toEqual({});
  expect(wrongWhen({ id: "7d", from: "", to: "" }, NOW)).toEqual({});
});

test("times that are chosen freely begin with those that were shown", () => {
  expect(customOf({ id: "7d", from: "", to: "" }, NOW)).toEqual({
    from: instant(Math.floor(NOW / 60_000) * 60_000 - 7 * 86_400_000),
    to: instant(Math.floor(NOW / 60_000) * 60_000),
  });
  const chosen = { id: "7d", from: "2026-01-01T00:00:00Z", to: "" };
  expect(customOf(chosen, NOW)).toMatchObject({ from: chosen.from, to: "" });
});
