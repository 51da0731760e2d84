import { expect, test } from "vitest";
import { chosen } from "./display-menu";
import { PREFERENCES, type Preferences } from "./preferences";

const initial = PREFERENCES.initial;

test.each<[string, Partial<Preferences>]>([
  ["theme:dark", { theme: "dark" }],
  ["theme:system", { theme: "system" }],
  ["zone:local", { zone: "local" }],
  ["zone:utc", { zone: "utc" }],
  ["density", { density: "compact" }],
  ["shortcuts", { shortcuts: false }],
  ["nothing", {}],
])("%s", (id, changed) => {
  expect(chosen(initial, id)).toEqual({ ...initial, ...changed });
});

test("what is kept is one of the choices", () => {
  const accepts = (changed: object) => PREFERENCES.accepts?.({ ...initial, ...changed });
  expect([
    accepts({}),
    accepts({ theme: "pink" }),
    accepts({ zone: 1 }),
    accepts({ shortcuts: "yes" }),
  ]).toEqual([true, false, false, false]);
});
