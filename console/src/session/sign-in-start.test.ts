import { expect, test } from "vitest";
import { startOf, wayBack } from "./sign-in-start";

test.each([
  [null, "/"],
  ["", "/"],
  ["/events?region=eu-central-1", "/events?region=eu-central-1"],
  ["https://elsewhere.example/", "/"],
  ["//elsewhere.example/", "/"],
  ["/\\elsewhere.example/", "/"],
  ["/sign-in?to=/sign-in", "/"],
  ["javascript:alert(1)", "/"],
])("a sign-in for %s leads to %s", (to, path) => {
  expect(wayBack(to)).toBe(path);
});

test.each([
  ["", null, {}],
  ["", { kind: "root", account: "a", userName: "" }, { kind: "root", account: "a", userName: "" }],
  ["account=b&user=bob", null, { kind: "user", account: "b", userName: "bob" }],
  ["account=b&kind=root", null, { kind: "root", account: "b", userName: "" }],
  [
    "account=b",
    { kind: "user", account: "b", userName: "bob" },
    { kind: "user", account: "b", userName: "bob" },
  ],
  [
    "account=c",
    { kind: "user", account: "b", userName: "bob" },
    { kind: "user", account: "c", userName: "" },
  ],
] as const)("the form at %j after %j asks for %j", (query, remembered, start) => {
  expect(startOf(new URLSearchParams(query), remembered)).toEqual(start);
});
