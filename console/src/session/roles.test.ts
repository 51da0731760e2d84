import { expect, test } from "vitest";
import { askedRole, type RememberedRole, roleLabel, withoutRole, withRole } from "./roles";

const role = (roleName: string, changed: Partial<RememberedRole> = {}): RememberedRole => ({
  account: "prod",
  roleName,
  displayName: "",
  colour: "",
  ...changed,
});

test("a role that is switched to comes first, once, and five are kept", () => {
  const kept = ["a", "b", "c", "d", "e"].map((name) => role(name));
  expect(withRole(kept, role("f")).map(({ roleName }) => roleName)).toEqual(["f", "a", "b", "c", "d"]);
  expect(withRole(kept, role("c", { colour: "red" }))[0]).toEqual(role("c", { colour: "red" }));
  expect(withRole(kept, role("c"))).toHaveLength(5);
  expect(withRole(kept, role("c", { account: "other" })).map(({ roleName }) => roleName)).toContain("b");
});

test("a role that is forgotten is gone", () => {
  expect(withoutRole([role("a"), role("b")], role("a"))).toEqual([role("b")]);
});

test("a role is called as its user calls it", () => {
  expect([roleLabel(role("a")), roleLabel(role("a", { displayName: "Ops" }))]).toEqual(["a @ prod", "Ops"]);
});

test.each([
  ["account=prod&roleName=a", role("a")],
  ["account=prod&roleName=a&displayName=Ops&color=F2B0A9", role("a", { displayName: "Ops", colour: "red" })],
  ["account=prod&roleName=a&color=blue", role("a", { colour: "blue" })],
  ["account=prod&roleName=a&color=constructor", role("a")],
  ["", { account: "", roleName: "", displayName: "", colour: "" }],
])("the address %j asks for %j", (query, expected) => {
  expect(askedRole(new URLSearchParams(query))).toEqual(expected);
});
