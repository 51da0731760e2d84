import { expect, test } from "vitest";
import { indented, jsonTokens } from "./json-tokens";

const TEXTS = [
  "",
  "{}",
  indented('{"a":"b \\" c","n":-1.5e3,"t":true,"l":[null,false],"e":{}}'),
  '{"a":"\\\\"}',
  "no JSON: tfn -- \u{1f600} 12",
  '"never closed',
  "x".repeat(400_000),
];

test.each(TEXTS)("pieces are the text again: %.20s", (text) => {
  const tokens = jsonTokens(text);
  expect(tokens.map((token) => token.text).join("")).toBe(text);
});

test("members, texts, numbers and words are told apart", () => {
  const kinds = jsonTokens('{"a": "b: \\"c\\"", "n": -1.5, "t": true}').filter(
    ({ kind }) => kind !== "plain",
  );
  expect(kinds).toEqual([
    { kind: "member", text: '"a"' },
    { kind: "text", text: '"b: \\"c\\""' },
    { kind: "member", text: '"n"' },
    { kind: "number", text: "-1.5" },
    { kind: "member", text: '"t"' },
    { kind: "word", text: "true" },
  ]);
});

test("what is no JSON is shown as it is", () => expect(indented("{oops")).toBe("{oops"));
