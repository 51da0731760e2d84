import { expect, test } from "vitest";
import type { EventRecord } from "../record";
import { compare, flatten } from "./differences";

const CASES: [name: string, records: EventRecord[], rows: [string, (string | undefined)[], boolean][]][] = [
  ["none", [], []],
  ["the same", [{ a: 1 }, { a: 1 }], [["a", ["1", "1"], false]]],
  ["a value differs", [{ a: 1 }, { a: 2 }], [["a", ["1", "2"], true]]],
  ["null is not what is missing", [{ a: null }, {}], [["a", ["null", undefined], true]]],
  [
    "lists and what is in them",
    [{ r: [{ A: "x" }, { A: "y" }] }, { r: [] }],
    [
      ["r[0].A", ["x", undefined], true],
      ["r[1].A", ["y", undefined], true],
      ["r", [undefined, "[]"], true],
    ],
  ],
  [
    "members stay together",
    [
      { u: { a: 1 }, z: 1 },
      { u: { a: 1, b: 2 }, z: 1 },
    ],
    [
      ["u.a", ["1", "1"], false],
      ["u.b", [undefined, "2"], true],
      ["z", ["1", "1"], false],
    ],
  ],
];

test.each(CASES)("%s", (_, records, rows) => {
  expect(compare(records).map(({ path, values, differs }) => [path, values, differs])).toEqual(rows);
});

test("a record with too many fields is cut", () => {
  const record = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`m${at}`, at]));
  expect(flatten(record).size).toBe(2_000);
});
