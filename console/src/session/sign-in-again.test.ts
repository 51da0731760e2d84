import { expect, test } from "vitest";
import type { Session } from "../api/session";
import { whoAgain } from "./sign-in-again";

const session: Session = {
  Account: { Id: "111122223333", Alias: "prod" },
  Principal: { Type: "IAMUser", Name: "alice", Arn: "arn:aws:iam::111122223333:user/alice" },
  Region: "us-east-1",
  Regions: ["us-east-1"],
  Expires: "2026-11-26T12:00:00Z",
  Csrf: "c",
  Mfa: false,
  Version: "1",
};

test.each<[string, Partial<Session>, object]>([
  ["a user", {}, { kind: "user", account: "111122223333", userName: "alice" }],
  [
    "root",
    { Principal: { Type: "Root", Name: "root", Arn: "arn:aws:iam::111122223333:root" } },
    { kind: "root", account: "111122223333" },
  ],
  [
    "who switched to a role",
    {
      Principal: { Type: "AssumedRole", Name: "ops", Arn: "arn:aws:sts::444455556666:assumed-role/ops/bob" },
      SwitchedFrom: { Account: "999988887777", Principal: "bob" },
    },
    { kind: "user", account: "999988887777", userName: "bob" },
  ],
])("%s signs in again", (_, changed, expected) => {
  expect(whoAgain({ ...session, ...changed })).toEqual(expected);
});
