import { expect, test } from "vitest";
import { askedOf, readWhen } from "./when";

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
  "range=custom&from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z",
])("%s is no time", (query) => {
  expect(askedOf("t", readWhen(new URLSearchParams(query)), undefined, NOW)).toBeUndefined();
});

test("an account goes with it", () => {
  expect(askedOf("t", readWhen(new URLSearchParams()), "111122223333", NOW)?.account).toBe("111122223333");
});
