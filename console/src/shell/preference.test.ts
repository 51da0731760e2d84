import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Preference, readPreference, writePreference } from "./preference";

const stored = new Map<string, string>();
let isFull = false;

beforeEach(() => {
  stored.clear();
  isFull = false;
  const localStorage = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, text: string) => {
      if (isFull) throw new Error("full");
      stored.set(key, text);
    },
  };
  vi.stubGlobal("window", { localStorage });
});

afterEach(() => vi.unstubAllGlobals());

let count = 0;
const preference = (changed: Partial<Preference<string[]>> = {}): Preference<string[]> => {
  count += 1;
  return { key: `test-${count}`, version: 1, initial: ["initial"], ...changed };
};

test("what was written is read, as the same object until it changes", () => {
  const columns = preference();
  expect(readPreference(columns)).toBe(columns.initial);
  writePreference(columns, ["a"]);
  expect(readPreference(columns)).toEqual(["a"]);
  expect(readPreference(columns)).toBe(readPreference(columns));
});

test.each([
  ["another version", { version: 0, value: ["a"] }],
  ["no value", { version: 1 }],
  ["a value that is none", { version: 1, value: "a" }],
  ["another thing", 7],
])("%s is forgotten", (_, kept) => {
  const columns = preference({ accepts: Array.isArray });
  stored.set(`cairn.${columns.key}`, JSON.stringify(kept));
  expect(readPreference(columns)).toBe(columns.initial);
});

test("what is no JSON is forgotten", () => {
  const columns = preference();
  stored.set(`cairn.${columns.key}`, "{");
  expect(readPreference(columns)).toBe(columns.initial);
});

test("a full storage remembers until the tab closes", () => {
  const columns = preference();
  isFull = true;
  writePreference(columns, ["a"]);
  expect(readPreference(columns)).toEqual(["a"]);
  isFull = false;
  writePreference(columns, ["b"]);
  expect(stored.get(`cairn.${columns.key}`)).toBe('{"version":1,"value":["b"]}');
});
