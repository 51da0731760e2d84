import { expect, test } from "vitest";
import type { Filter } from "../api/history";
import { searchOfTokens, tokensOf } from "./filter-tokens";

const CASES: [filter: Filter, tokens: string[]][] = [
  [
    { Field: "Username", Operator: "Equals", Values: ["alice", "bob"] },
    ["Username = alice", "Username = bob"],
  ],
  [{ Field: "Username", Operator: "NotEquals", Values: ["root"] }, ["Username != root"]],
  [{ Field: "Username", Operator: "StartsWith", Values: ["ali"] }, ["Username ^ ali"]],
  [{ Field: "ErrorCode", Operator: "Exists" }, ["ErrorCode = any value"]],
  [{ Field: "ErrorCode", Operator: "NotExists" }, ["ErrorCode = no value"]],
];

test.each(CASES)("%j is shown as %j, and read as it was", (filter, tokens) => {
  const query = tokensOf({ filters: [filter], text: "" });
  expect(
    query.tokens.map(({ propertyKey, operator, value }) => `${propertyKey} ${operator} ${value}`),
  ).toEqual(tokens);
  expect(searchOfTokens(query)).toEqual({ filters: [filter], text: "" });
});

test.each([
  ["any value", "NotExists"],
  ["no value", "Exists"],
])("not %s is what it says", (value, Operator) => {
  const tokens = [{ propertyKey: "ErrorCode", operator: "!=" as const, value }];
  expect(searchOfTokens({ operation: "and", tokens }).filters).toEqual([{ Field: "ErrorCode", Operator }]);
});
