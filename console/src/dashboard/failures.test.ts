import { expect, test } from "vitest";
import type { Ranked } from "../api/history";
import { codeFilters, codeInWords, codesOf, FAILED, NO_CODE } from "./failures";

const ranked = (counts: Record<string, number>): Ranked[] =>
  Object.entries(counts).map(([Value, Count]) => ({ Value, Count }));

const many = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`Code${at}`, 20 - at]));

const CASES: [what: string, failed: number, codes: Record<string, number>, rows: Record<string, number>][] = [
  ["nothing failed", 0, {}, {}],
  ["every failure has a code", 5, { AccessDenied: 3, NoSuchKey: 2 }, { AccessDenied: 3, NoSuchKey: 2 }],
  ["sign-ins alone failed", 4, {}, { [NO_CODE]: 4 }],
  [
    "some failures have no code",
    10,
    { AccessDenied: 6, NoSuchKey: 1 },
    { AccessDenied: 6, [NO_CODE]: 3, NoSuchKey: 1 },
  ],
  ["there are more codes than are told", 1000, many, many],
];

test.each(CASES)("%s", (_, Failed, codes, rows) => {
  expect(codesOf({ Failed, Top: { ErrorCode: ranked(codes) } })).toEqual(ranked(rows));
});

test("a row leads to its events, with a code or without", () => {
  expect(codeFilters("NoSuchKey")).toEqual([
    { Field: "ErrorCode", Operator: "Equals", Values: ["NoSuchKey"] },
  ]);
  expect(codeFilters(NO_CODE)).toEqual([FAILED, { Field: "ErrorCode", Operator: "NotExists" }]);
  expect([codeInWords("NoSuchKey"), codeInWords(NO_CODE)]).toEqual(["NoSuchKey", "No code"]);
});
