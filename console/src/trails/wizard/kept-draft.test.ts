import { expect, test } from "vitest";
import { newDraft } from "./draft";
import { draftKey, enteredOver, readKept } from "./kept-draft";

const base = newDraft("111122223333", "1a2b");
const draft = { ...base, name: "main", tags: [{ Key: "team", Value: "a" }] };

test("a draft is kept as it is", () => {
  expect(readKept(JSON.stringify({ base, draft }))).toEqual({ base, draft });
});

test.each([
  [null],
  [""],
  ["{"],
  ["null"],
  ["[]"],
  ['{"name":"a"}'],
  ['{"base":{},"draft":{}}'],
  [JSON.stringify({ base, draft: { name: 1 } })],
])("%j is none", (text) => expect(readKept(text)).toBeUndefined());

test("it is of one principal and one trail", () => {
  const keys = [
    draftKey("arn:aws:iam::111122223333:user/alice", undefined),
    draftKey("arn:aws:iam::111122223333:user/bob", undefined),
    draftKey("arn:aws:iam::111122223333:user/bob", "arn:aws:cloudtrail:us-east-1:111122223333:trail/main"),
  ];
  expect(new Set(keys).size).toBe(3);
});

test("what was entered stands over what others changed meanwhile", () => {
  const now = { ...base, name: "renamed", validation: false, tags: [] };
  expect(enteredOver({ base, draft }, now)).toEqual({
    ...base,
    name: "main",
    validation: false,
    tags: draft.tags,
  });
  expect(enteredOver({ base, draft: base }, now)).toEqual(now);
});
