import { expect, test } from "vitest";
import { Refusal } from "../api/call";
import { explain } from "./explanation";

const DENIED =
  "User: arn:aws:iam::111122223333:user/intern is not authorized to perform: cloudtrail:StopLogging on resource: arn:aws:cloudtrail:us-east-1:111122223333:trail/main because no identity-based policy allows the cloudtrail:StopLogging action";

test("a denied call tells which permission to ask for", () => {
  const told = explain(new Refusal("AccessDeniedException", DENIED, 400), "stop logging");
  expect(told).toMatchObject({
    type: "warning",
    header: "You may not stop logging",
    hint: "Ask whoever administers the account to allow cloudtrail:StopLogging:",
    statement:
      '{\n  "Effect": "Allow",\n  "Action": "cloudtrail:StopLogging",\n  "Resource": "arn:aws:cloudtrail:us-east-1:111122223333:trail/main"\n}',
  });
});

test("a role that can't be taken needs a trust policy too", () => {
  const message = "User: arn:aws:iam::111122223333:user/a is not authorized to perform: sts:AssumeRole";
  const told = explain(new Refusal("AccessDenied", message, 403), "switch to ops");
  expect(told.hint).toContain("trust policy");
  expect(told.statement).toContain('"Resource": "*"');
});

test("a permission would not help where a policy forbids", () => {
  const message = DENIED.replace(/because .*/, "with an explicit deny in an identity-based policy");
  const told = explain(new Refusal("AccessDenied", message, 403), "stop logging");
  expect([told.hint, told.statement]).toEqual([
    "A policy forbids it. Ask whoever administers the account.",
    undefined,
  ]);
});

test.each([
  [new Refusal("SignedOut", "m", 401), "warning", true, undefined],
  [new Refusal("Unreachable", "m", 0), "error", true, undefined],
  [
    new Refusal("ThrottlingException", "Rate exceeded", 400, "r1"),
    "warning",
    true,
    "ThrottlingException, request r1",
  ],
  [new Refusal("Unknown", "m", 429), "warning", true, undefined],
  [new Refusal("InternalFailure", "m", 500, "r2"), "error", true, "InternalFailure, request r2"],
  [new Refusal("TrailNotFoundException", "m", 404), "error", false, "TrailNotFoundException"],
  [new Refusal("TrailLimitExceededException", "m", 400), "error", false, "TrailLimitExceededException"],
  [new Error("m"), "error", true, undefined],
  ["m", "error", true, undefined],
])("%s", (error, type, retryable, reference) => {
  const told = explain(error, "do it");
  expect([told.type, told.retryable, told.reference]).toEqual([type, retryable, reference]);
});
