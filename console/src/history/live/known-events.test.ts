import { expect, test } from "vitest";
import { KNOWN_MAX, KnownEvents } from "./known-events";

test("what was not shown before is new", () => {
  const known = new KnownEvents();
  expect(known.learn(["a", "b"])).toEqual(["a", "b"]);
  expect(known.learn(["c", "a", "b"])).toEqual(["c"]);
  expect(known.learn(["c", "a"])).toEqual([]);
});

test("what is shown is remembered, however many came", () => {
  const known = new KnownEvents();
  for (let at = 0; at < KNOWN_MAX * 2; at += 1) known.learn(["shown all the time", `event ${at}`]);
  expect(known.size).toBe(KNOWN_MAX);
  expect(known.learn(["shown all the time", `event ${KNOWN_MAX * 2 - 1}`])).toEqual([]);
});

test("a longer page shows older events, which are not new", () => {
  const known = new KnownEvents();
  known.learn(["c", "b"]);
  expect(known.learn(["d", "c", "b", "a"])).toEqual(["d"]);
});

const MISSED: [shown: string, newest: string, count: number][] = [
  ["", "", 0],
  ["", "ba", 2],
  // The page shows three, and more are there.
  ["cba", "cba98765", 0],
  ["cba", "dcba98765", 1],
  ["cba", "edcba98765", 2],
  // One was indexed later than a newer one.
  ["dba", "dcba98765", 1],
  // So many came that none of the page is among the newest.
  ["cba", "jihgfed", 7],
];

test.each(MISSED)("of a page with %s, when %s are the newest, %i are missed", (shown, newest, count) => {
  const known = new KnownEvents();
  known.learn([...shown]);
  expect(known.missed([...newest])).toBe(count);
});
