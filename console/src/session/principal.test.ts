import { describe, expect, test } from "vitest";
import type { Session } from "../api/session";
import { atTop, principalLabel, roleNameOf, switcherLabel } from "./principal";

const alice: Session = {
  Account: { Id: "111122223333" },
  Principal: { Type: "IAMUser", Name: "alice", Arn: "arn:aws:iam::111122223333:user/team/alice" },
  Region: "us-east-1",
  Regions: ["us-east-1"],
  Expires: "2026-11-26T12:00:00Z",
  Csrf: "c",
  Mfa: false,
  Version: "1",
};

const root: Session = {
  ...alice,
  Account: { Id: "111122223333", Alias: "prod" },
  Principal: { Type: "Root", Name: "root", Arn: "arn:aws:iam::111122223333:root" },
};

const ops: Session = {
  ...alice,
  Account: { Id: "444455556666" },
  Principal: { Type: "AssumedRole", Name: "alice", Arn: "arn:aws:sts::444455556666:assumed-role/ops/alice" },
  SwitchedFrom: { Account: "111122223333", Principal: "alice" },
};

test.each([
  [alice, "alice @ 111122223333"],
  [root, "root @ prod"],
  [ops, "ops/alice @ 444455556666"],
])("whoever is at work is told", (session, label) => {
  expect(principalLabel(session)).toBe(label);
});

test("a role is known by its ARN", () => {
  expect([alice, root, ops].map(roleNameOf)).toEqual([undefined, undefined, "ops"]);
});

test("whoever switched is told with the account, where that is another", () => {
  const here = { ...ops, SwitchedFrom: { Account: "444455556666", Principal: "bob" } };
  expect([alice, ops, here].map(switcherLabel)).toEqual([undefined, "alice @ 111122223333", "bob"]);
});

describe("at the top", () => {
  const kept = { account: "444455556666", roleName: "team/ops", displayName: "Production", colour: "red" };
  test.each([
    ["the name that was given to the role", ops, [kept], { text: "Production", colour: "red" }],
    [
      "the role, where it has a colour only",
      ops,
      [{ ...kept, displayName: "" }],
      { text: "ops/alice @ 444455556666", colour: "red" },
    ],
    [
      "no name of a role elsewhere",
      ops,
      [{ ...kept, account: "999" }],
      { text: "ops/alice @ 444455556666", colour: "" },
    ],
    ["no role of a user", alice, [kept], { text: "alice @ 111122223333", colour: "" }],
  ])("stands %s", (_, session, roles, expected) => {
    expect(atTop(session, roles)).toEqual(expected);
  });
});
