import { expect, test } from "vitest";
import { newDraft } from "./draft";
import { readDraft } from "./kept-draft";

test("a draft is kept as it is", () => {
  const draft = { ...newDraft("111122223333", "1a2b"), name: "main" };
  expect(readDraft(JSON.stringify(draft))).toEqual(draft);
});

test.each([[null], [""], ["{"], ["null"], ["[]"], ['{"name":1}'], ['{"name":"a"}']])("%j is none", (text) =>
  expect(readDraft(text)).toBeUndefined(),
);
