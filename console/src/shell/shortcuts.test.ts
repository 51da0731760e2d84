import { expect, test } from "vitest";
import { type Pressed, type Shortcut, shortcutOf } from "./shortcuts";

const press = (key: string, changed: Partial<Pressed> = {}): Pressed => ({
  key,
  modified: false,
  typing: false,
  ...changed,
});

test.each<[string, Pressed, Shortcut | undefined, string]>([
  ["", press("g"), undefined, "g"],
  ["g", press("e"), { go: "/events" }, ""],
  ["g", press("E"), { go: "/events" }, ""],
  ["g", press("x"), undefined, ""],
  ["", press("e"), undefined, ""],
  ["", press("/"), { do: "filter" }, ""],
  ["", press("?"), { do: "help" }, ""],
  ["", press("g", { typing: true }), undefined, ""],
  ["g", press("e", { modified: true }), undefined, ""],
])("after %j, %j", (before, pressed, shortcut, next) => {
  expect(shortcutOf(before, pressed)).toEqual([shortcut, next]);
});
