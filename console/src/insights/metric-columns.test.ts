import { expect, test } from "vitest";
import { metricColumns } from "./metric-columns";

const START = Date.parse("2026-03-02T00:00:00Z") / 1000;
const HOUR = 3600;
const DATA = { Timestamps: [START, START + 2 * HOUR, START + 3 * HOUR], Values: [60, 120, 6] };

test("hours have what was counted in them, none where nothing was", () => {
  const episode = { began: START + 2 * HOUR + 300 };
  const { columns, minutes } = metricColumns(DATA, episode, [START + 10, START + 4 * HOUR], 100);
  expect(minutes).toBe(60);
  expect(columns.map(({ calls, isUnusual }) => [calls, isUnusual])).toEqual([
    [1, false],
    [0, false],
    [2, true],
    [0.1, true],
  ]);
});

test("where there are many hours some are together, and the last may not be over", () => {
  const { columns, minutes } = metricColumns(
    DATA,
    { began: START + 9 * HOUR },
    [START, START + 3.5 * HOUR],
    2,
  );
  expect([minutes, columns.map(({ calls }) => calls)]).toEqual([120, [0.5, 126 / 90]]);
});
