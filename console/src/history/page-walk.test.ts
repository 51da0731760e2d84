import { expect, test } from "vitest";
import type { SearchPage } from "../api/history";
import { type Place, startOf, totalAt, turned } from "./page-walk";

const Total = { Count: 1_234, Exact: true };

/** The page behind a token, as the server answers it: the first one tells how many there are. */
const page = (token: string | undefined): SearchPage =>
  token === undefined
    ? { Events: [], NextToken: "b", Total }
    : { Events: [], ...(token === "b" ? { NextToken: "c" } : {}) };

function walk(...numbers: number[]): Place {
  return numbers.reduce<Place>(
    (place, to) => turned(place, page(place.tokens[place.number - 1]), to) ?? place,
    startOf("w"),
  );
}

const CASES: [to: number[], number: number, tokens: string[]][] = [
  [[], 1, []],
  [[2], 2, ["b"]],
  [[2, 3], 3, ["b", "c"]],
  [[2, 3, 1], 1, ["b", "c"]],
  [[2, 3, 1, 3], 3, ["b", "c"]],
  [[2, 3, 4], 3, ["b", "c"]],
  [[3], 1, []],
  [[0], 1, []],
];

test.each(CASES)("by way of pages %j to page %i", (to, number, tokens) => {
  const place = walk(...to);
  expect(place).toMatchObject({ walk: "w", number, tokens: [undefined, ...tokens] });
});

test.each(CASES)("by way of pages %j it is known how many there are", (to) => {
  const place = walk(...to);
  expect(totalAt(place, page(place.tokens[place.number - 1]))).toEqual(Total);
});
