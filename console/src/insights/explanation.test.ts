import { expect, test } from "vitest";
import { columnsOf, niceLength, niceTop } from "./columns";
import { before, during, readExplanation, sameTime, usual } from "./explanation";
import { silence, surge } from "./samples";

test("what was counted is summed up", () => {
  const of = readExplanation(surge());
  if (!of) throw new Error("the sample makes no sense");
  expect(of.unusual).toEqual({ from: 10_080, to: 10_087 });
  expect(before(of)).toEqual({ minutes: 10_060, calls: 3360, most: { calls: 2, place: 0 } });
  expect(during(of)).toEqual({ minutes: 7, calls: 187, most: { calls: 40, place: 10_082 } });
  expect(usual(of, 10_080, 1)).toEqual([0, 2]);
  expect(sameTime(of).minutes).toBeGreaterThan(700);
});

test("what goes on ends with what is known", () => {
  expect(readExplanation({ ...surge(), end: null })?.unusual).toEqual({ from: 10_080, to: 10_147 });
});

test("an answer that makes no sense is refused", () => {
  const answer = surge();
  const many = { ...answer.series, minutes: 4_000_000_000 };
  expect(readExplanation({ ...answer, series: many })).toBeUndefined();
  expect(readExplanation({ ...answer, start: {}, end: null })).toBeUndefined();
  const far = {
    ...answer.series,
    calls: [[4_294_967_295, 1] as [number, number]],
    unobserved: [[120, 4_294_967_295] as [number, number]],
  };
  const of = readExplanation({ ...answer, series: far });
  expect(of && before(of).minutes).toBe(120);
});

test("columns begin with the first unusual minute and are no more than there is room for", () => {
  const of = readExplanation(surge());
  if (!of) throw new Error("the sample makes no sense");
  const each = columnsOf(of, 200);
  expect([each.minutes, each.columns.length]).toEqual([1, 127]);
  const some = columnsOf(of, 60);
  expect([some.minutes, some.columns.length]).toEqual([3, 43]);
  const first = some.columns.find((column) => column.isUnusual);
  expect(first?.second).toBe(of.episode.began);
  expect(first?.calls).toBe(32);
  expect(first?.usual?.[0]).toBe(0);
  const quiet = readExplanation(silence());
  expect(quiet && columnsOf(quiet, 200).columns.filter((column) => column.isUnusual).length).toBe(9);
});

test.each([
  [0.2, 1],
  [4, 5],
  [61, 120],
  [700, 720],
  [721, 1440],
  [1441, 2880],
])("a column of at least %d minutes has %d", (least, minutes) => {
  expect(niceLength(least)).toBe(minutes);
});

test.each([
  [0, 1],
  [0.9, 1],
  [7, 8],
  [40, 40],
  [41, 50],
  [1234, 1500],
])("the axis for %d ends at %d", (most, top) => {
  expect(niceTop(most)).toBe(top);
});

test("what is usual about a time of day is looked for in every day before", () => {
  const of = readExplanation(surge());
  if (!of) throw new Error("the sample makes no sense");
  const apart = (place: number, other: number) =>
    Math.abs(((((place - other) % 1440) + 1440 + 720) % 1440) - 720);
  for (const place of [0, 30, 700, 1400, 10_080, 10_140]) {
    const near = of.series.minutes.filter(
      (calls, other) => other < of.unusual.from && calls !== undefined && apart(place, other) <= 60,
    ) as number[];
    expect(usual(of, place, 1)).toEqual([Math.min(...near), Math.max(...near)]);
  }
});
