import { describe, expect, test } from "vitest";
import { missing, NOTHING_ENTERED, outcomeOf, type Step, signInOf, withFreshCode } from "./sign-in-steps";

const entries = { ...NOTHING_ENTERED, account: " 111122223333 ", userName: "alice", password: " s3cret " };

describe("what is missing", () => {
  const cases: [Step, object, object][] = [
    ["credentials", {}, {}],
    ["credentials", { account: "  " }, { account: "Enter the account's ID, 12 digits, or its alias." }],
    ["credentials", { userName: "" }, { userName: "Enter your user name." }],
    ["credentials", { userName: "", kind: "root" }, {}],
    ["credentials", { password: "" }, { password: "Enter your password." }],
    ["mfa", { code: "123 456" }, {}],
    ["mfa", { code: "12345" }, { code: "Enter the six digits that your device shows." }],
    ["mfa", { code: "12345a" }, { code: "Enter the six digits that your device shows." }],
    ["new-password", {}, { newPassword: "Enter a new password." }],
    [
      "new-password",
      { newPassword: " s3cret " },
      { newPassword: "Enter a password that is not your old one." },
    ],
    [
      "new-password",
      { newPassword: "a", repeated: "b" },
      { repeated: "The two passwords are not the same." },
    ],
    ["new-password", { newPassword: "a", repeated: "a" }, {}],
  ];
  test.each(cases)("at %s with %j", (step, changed, expected) => {
    expect(missing(step, { ...entries, ...changed })).toEqual(expected);
  });
});

describe("what is sent", () => {
  test.each([
    [{}, { Account: "111122223333", UserName: "alice", Password: " s3cret " }],
    [{ kind: "root" as const }, { Account: "111122223333", Password: " s3cret " }],
    [
      { code: "123 456" },
      { Account: "111122223333", UserName: "alice", Password: " s3cret ", MfaCode: "123456" },
    ],
    [
      { code: "123456", newPassword: "n" },
      {
        Account: "111122223333",
        UserName: "alice",
        Password: " s3cret ",
        MfaCode: "123456",
        NewPassword: "n",
      },
    ],
  ])("of %j", (changed, expected) => {
    expect(signInOf({ ...entries, ...changed })).toEqual(expected);
  });
});

test.each<[Step, number, string]>([
  ["new-password", 29_000, "123456"],
  ["new-password", 31_000, ""],
  // Here it is what is asked for.
  ["mfa", 31_000, "123456"],
])("at %s a code of %d ms is sent as '%s', and all else that was typed", (step, age, code) => {
  const typed = { ...entries, code: "123456", newPassword: "n", repeated: "n" };
  expect(withFreshCode(step, typed, age)).toEqual({ ...typed, code });
});

describe("what a refusal leads to", () => {
  const cases: [string, Step, Step, string | undefined][] = [
    ["Failed", "credentials", "credentials", "Your sign-in information is incorrect"],
    ["Failed", "mfa", "credentials", "Your sign-in information is incorrect"],
    ["MfaRequired", "credentials", "mfa", undefined],
    ["MfaFailed", "new-password", "mfa", undefined],
    ["PasswordChangeRequired", "mfa", "new-password", ""],
    ["PasswordRefused", "new-password", "new-password", undefined],
    ["PasswordExpired", "credentials", "credentials", "Your password has expired"],
    ["PasswordExpired", "new-password", "credentials", "Your password has expired"],
    ["MfaRequired", "new-password", "mfa", undefined],
    ["LockedOut", "mfa", "mfa", undefined],
    ["Unavailable", "credentials", "credentials", "Nobody can sign in at the moment"],
    ["Unreachable", "mfa", "mfa", "Cairn does not answer"],
    ["NoCookie", "mfa", "credentials", "Your browser does not keep the session"],
    ["Surprise", "mfa", "mfa", "You could not be signed in"],
  ];
  test.each(cases)("%s at %s", (code, step, next, header) => {
    const outcome = outcomeOf({ code, message: "m" }, step);
    expect([outcome.step, outcome.alert?.header]).toEqual([next, header]);
  });

  test("a lock-out tells how long it lasts, and at least a second", () => {
    const locked = (retryAfterSeconds?: number) =>
      outcomeOf({ code: "LockedOut", message: "m", retryAfterSeconds }, "credentials").lockedSeconds;
    expect([locked(12.2), locked(0), locked()]).toEqual([13, 1, 60]);
  });

  test("a wrong password must be typed again, a new one that was refused need not be", () => {
    expect(outcomeOf({ code: "Failed", message: "m" }, "credentials").forget).toContain("password");
    expect(outcomeOf({ code: "PasswordRefused", message: "m" }, "new-password").forget).not.toContain(
      "newPassword",
    );
  });

  test.each(["MfaFailed", "MfaRequired"])(
    "%s leads to another code, and a new password that was chosen stays",
    (code) => {
      expect(outcomeOf({ code, message: "m" }, "new-password").forget).toEqual(["code"]);
    },
  );

  test("no code goes twice, whatever becomes of the new password", () => {
    expect(outcomeOf({ code: "PasswordRefused", message: "m" }, "new-password").forget).toContain("code");
  });
});
