import { expect, test } from "vitest";
import { digitsOf, problemOf, type TwoCodes } from "./two-codes";

test.each<[TwoCodes, string | undefined]>([
  [["", ""], "Enter two codes of six digits."],
  [["123456", ""], "Enter two codes of six digits."],
  [["123456", "12345x"], "Enter two codes of six digits."],
  [["123456", "123 456"], "Wait for the next code: the two must differ."],
  [["123 456", "654321"], undefined],
])("of %j is told %j", (codes, problem) => {
  expect(problemOf(codes)).toBe(problem);
});

test("codes are sent without spaces", () => {
  expect(digitsOf(["123 456", " 654321 "])).toEqual(["123456", "654321"]);
});
