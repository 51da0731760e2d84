import { expect, test } from "vitest";
import { percent } from "./percent";

test.each([
  [0, "0%"],
  [1 / 21_000, "below 0.1%"],
  [0.004, "0.4%"],
  [0.029, "3%"],
  [0.9999, "over 99%"],
  [1, "100%"],
])("%d is %s", (part, words) => expect(percent(part)).toBe(words));
