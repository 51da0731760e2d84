import { expect, test } from "vitest";
import { readFilter, writeFilter } from "./filter";

test("a filter in the address is read as it was written", () => {
  const query = {
    operation: "or" as const,
    tokens: [
      { propertyKey: "name", operator: "=", value: "CreateTags" },
      { operator: ":", value: "fleet" },
    ],
  };
  expect(readFilter(writeFilter(query) ?? null)).toEqual(query);
  expect(writeFilter({ operation: "and", tokens: [] })).toBeUndefined();
});

test.each([
  null,
  "",
  "{",
  "3",
  "null",
  '{"or":1}',
  '[["name","=",1]]',
  '[["name","="]]',
  '[["evil","=","x"]]',
  '[["name","~","x"]]',
])("%s filters nothing", (written) => {
  expect(readFilter(written).tokens).toEqual([]);
});
