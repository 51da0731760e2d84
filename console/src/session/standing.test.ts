import { expect, test } from "vitest";
import type { Session } from "../api/session";
import { standingOf } from "./standing";

const session = (Arn: string, Csrf = "c"): Session => ({
  Account: { Id: "111122223333" },
  Principal: { Type: "IAMUser", Name: "n", Arn },
  Region: "us-east-1",
  Regions: ["us-east-1"],
  Expires: "2026-11-26T12:00:00Z",
  Csrf,
  Mfa: false,
  Version: "1",
});

test.each([
  [undefined, null, "goes on"],
  [undefined, session("a"), "goes on"],
  [session("a"), session("a", "other"), "goes on"],
  [session("a"), null, "ended"],
  [session("a"), session("b"), "changed"],
] as const)("after %j, %j", (known, told, standing) => {
  expect(standingOf(known, told)).toBe(standing);
});
