import { expect, test } from "vitest";
import { visible, visibleInLines } from "./visible";

test.each([
  ["alice", "alice"],
  ["ölaf ウ 🦊 أحمد דוד", "ölaf ウ 🦊 أحمد דוד"],
  // Scripts and pictures that are written with joiners.
  ["می‌خواهم 👩‍🚀", "می‌خواهم 👩‍🚀"],
  ["evil\u202egnp.exe", "evil\\u202egnp.exe"],
  ["a\u0000\u001b[31m\u007f\u0085", "a\\u0000\\u001b[31m\\u007f\\u0085"],
  ["two\nlines\tand", "two\\nlines\\tand"],
  ["al\u200bice\ufeff\u2066\u2069", "al\\u200bice\\ufeff\\u2066\\u2069"],
  ["tag\u{e0041}", "tag\\udb40\\udc41"],
])("%j is shown as %j", (text, shown) => expect(visible(text)).toBe(shown));

test("in JSON the same is meant, and its lines stay", () => {
  const value = { name: "evil\u202egnp.exe \u{e0041}\u009b", inner: ["\n"] };
  const text = JSON.stringify(value, null, 2);
  const shown = visibleInLines(text);
  expect(JSON.parse(shown)).toEqual(value);
  expect(shown.split("\n")).toHaveLength(text.split("\n").length);
  expect(shown).toContain("\\u202e");
});
