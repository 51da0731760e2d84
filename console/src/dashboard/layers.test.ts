import { expect, test } from "vitest";
import { layersOf } from "./layers";
import { endsOf, SPANS, spanOf } from "./time-span";

const bucket = (Count: number, BySource: Record<string, number>) => ({
  StartTime: "2026-03-02T12:00:00Z",
  Count,
  Errors: 0,
  BySource,
});

test("sources with the most events have layers of their own, the others one together", () => {
  const many = Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`s${at}`, 10 - at]));
  const layers = layersOf([bucket(52, many), bucket(3, { s0: 1, s7: 2 })]);
  expect(layers.map(({ source }) => source)).toEqual(["s0", "s1", "s2", "s3", "s4", "s5", undefined]);
  expect(layers[0]?.counts).toEqual([10, 1]);
  expect(layers.at(-1)?.counts).toEqual([7, 2]);
});

test("one more source is no worse than the others together", () => {
  const seven = Object.fromEntries(Array.from({ length: 7 }, (_, at) => [`s${at}`, 1]));
  expect(layersOf([bucket(7, seven)]).map(({ source }) => source)).not.toContain(undefined);
});

test("what is of no source that is told is among the others", () => {
  expect(layersOf([bucket(5, { a: 3 })])).toEqual([{ source: "a", counts: [3] }, { counts: [2] }]);
  expect(layersOf([])).toEqual([]);
});

test("a span has whole parts, the last of which goes on", () => {
  const now = Date.parse("2026-03-02T12:34:56Z");
  for (const span of SPANS) {
    const { from, to } = endsOf(span, now);
    const part = (span.hours * 3600e3) / span.buckets;
    expect([to - from, from % part, to > now - 1, to - now < part]).toEqual([
      span.hours * 3600e3,
      0,
      true,
      true,
    ]);
  }
  expect(spanOf("nonsense").id).toBe("24h");
});
