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

test.each([
  {},
  [],
  { a: {}, b: [], c: [[], [{}]] },
  { a: 'b " \\ {[:,', 'k"': [1, "2", null, true, -1.5e3], o: { p: { q: "" } } },
  "text",
  7,
])("lines are those of JSON: %j", (value) => {
  expect(indented(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2));
});

test("numbers stay as they are written, and members that are there twice", () => {
  const text = '{"n":12345678901234567890,"r":1.0,"n":0}';
  expect(indented(text)).toBe('{\n  "n": 12345678901234567890,\n  "r": 1.0,\n  "n": 0\n}');
});

test("nothing is hidden, and the same is meant", () => {
  const record = { userName: "evil\u202egnp.exe" };
  const text = indented(JSON.stringify(record));
  expect(text).toBe('{\n  "userName": "evil\\u202egnp.exe"\n}');
  expect(JSON.parse(text)).toEqual(record);
  expect(indented("{oops\u202e")).toBe("{oops\\u202e");
});
