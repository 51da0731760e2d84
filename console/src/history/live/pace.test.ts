import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Pace } from "./pace";

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** When it acts, in milliseconds, where it is woken from `from` to `to` every so often. */
function actsOf(from: number, to: number, every: number, until: number): number[] {
  const acts: number[] = [];
  const pace = new Pace(() => acts.push(Date.now()));
  for (let at = 0; at < until; at += 10) {
    if (at >= from && at <= to && (at - from) % every === 0) pace.wake();
    vi.advanceTimersByTime(10);
  }
  return acts;
}

test("one event is looked for twice, and then no more", () => {
  expect(actsOf(0, 0, 10, 60_000)).toEqual([400, 1_200]);
});

test("events that come together are looked for together", () => {
  expect(actsOf(0, 300, 10, 60_000)).toEqual([400, 1_200]);
});

test("events that keep coming are looked for more and more seldom, down to every five seconds", () => {
  const acts = actsOf(0, 60_000, 100, 120_000);
  expect(acts.slice(0, 5)).toEqual([400, 1_200, 2_400, 4_200, 6_900]);
  expect(acts.length).toBeLessThan(20);
  const pauses = acts.slice(1).map((at, before) => at - (acts[before] ?? 0));
  expect(Math.max(...pauses)).toBe(5_000);
  // What came last is looked for too, when it can be found.
  expect(acts.at(-1)).toBeGreaterThan(60_000);
});

test("after a while of quiet it is quick again", () => {
  const acts: number[] = [];
  const pace = new Pace(() => acts.push(Date.now()));
  for (let at = 0; at < 20_000; at += 100) {
    pace.wake();
    vi.advanceTimersByTime(100);
  }
  vi.advanceTimersByTime(30_000);
  acts.length = 0;
  pace.wake();
  vi.advanceTimersByTime(30_000);
  expect(acts).toEqual([50_400, 51_200]);
});

test("who leaves is not woken", () => {
  const act = vi.fn();
  const pace = new Pace(act);
  pace.wake();
  pace.stop();
  vi.advanceTimersByTime(10_000);
  expect(act).not.toHaveBeenCalled();
});
