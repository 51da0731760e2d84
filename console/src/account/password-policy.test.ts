import { describe, expect, test } from "vitest";
import { DEFAULT_POLICY, rulesOf } from "./password-policy";

describe("IAM's default", () => {
  test.each([
    ["", [false, false]],
    ["abcdefgh", [true, false]],
    ["Abcdefg1", [true, true]],
    ["Ab1!", [false, true]],
    ["abc def ghi", [true, false]],
  ])("of %j", (password, kept) => {
    expect(rulesOf(DEFAULT_POLICY, password).map((rule) => rule.kept)).toEqual(kept);
  });
});

test("each kind that is asked for is a rule, and what only the server knows is left open", () => {
  const policy = { ...DEFAULT_POLICY, kindsMin: 0, lengthMin: 14, upper: true, symbols: true, remembered: 3 };
  expect(rulesOf(policy, "CORRECT-HORSE-BATTERY")).toEqual([
    { text: "At least 14 characters", kept: true },
    { text: "At least one upper-case letter (A–Z)", kept: true },
    { text: "At least one symbol (! @ # $ % ^ & * ( ) _ + - = [ ] { } | ')", kept: true },
    { text: "None of your last 3 passwords", kept: undefined },
  ]);
  expect(rulesOf({ ...policy, remembered: 1 }, "").at(-1)?.text).toBe("None of your last 1 password");
});
