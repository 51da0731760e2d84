import { expect, test } from "vitest";
import { pathWithin } from "./href";

const BASE = "/_cairn/console";
const ORIGIN = "https://cairn.example";

test.each([
  [`${ORIGIN}${BASE}/events?x=y#z`, "/events?x=y#z"],
  [`${ORIGIN}${BASE}`, "/"],
  [`${ORIGIN}${BASE}/`, "/"],
  [`${BASE}/trails`, "/trails"],
  [`${ORIGIN}${BASE}-else/events`, undefined],
  [`https://elsewhere.example${BASE}/events`, undefined],
  ["mailto:a@b.example", undefined],
])("%s leads to %s", (address, path) => {
  expect(pathWithin(address, ORIGIN, BASE)).toBe(path);
});
