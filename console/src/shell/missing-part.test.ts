import { expect, test } from "vitest";
import { isMissingPart, mayReload } from "./missing-part";

test("what browsers say of a chunk that is gone is told from other errors", () => {
  for (const message of [
    "Failed to fetch dynamically imported module: http://localhost/_cairn/console/assets/trails-page-1.js",
    "error loading dynamically imported module",
    "Importing a module script failed.",
    "Unable to preload CSS for /_cairn/console/assets/trails-page-1.css",
  ])
    expect(isMissingPart(new TypeError(message))).toBe(true);
  expect(isMissingPart(new TypeError("x is not a function"))).toBe(false);
  expect(isMissingPart("module script")).toBe(false);
});

test("the console is not loaded anew by itself again and again", () => {
  const now = 1_800_000_000_000;
  expect(mayReload(null, now)).toBe(true);
  expect(mayReload("nonsense", now)).toBe(true);
  expect(mayReload(String(now - 5_000), now)).toBe(false);
  expect(mayReload(String(now - 61_000), now)).toBe(true);
});
