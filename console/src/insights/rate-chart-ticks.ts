import type { Clock } from "./sentences";

/** A time below the graph. */
export interface Tick {
  second: number;
  text: string;
}

const DAY = 1440;

/** How far apart times may stand, minutes. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY];

/** The room that a text takes, pixels: a time or a day, and both. */
const NARROW = 64;
const WIDE = 104;

/** The times of day, or the days, that stand below a graph from one second up to another: round ones of the reader's. */
export function ticksOf(from: number, to: number, pixels: number, clock: Clock): Tick[] {
  if (!(to > from) || !(pixels > 0)) return [];
  const isOfOneDay = clock.minute(from).slice(0, 10) === clock.minute(to - 60).slice(0, 10);
  const room = (to - from) / 60 / pixels;
  const step = STEPS.find((one) => one >= room * (isOfOneDay || one >= DAY ? NARROW : WIDE)) ?? 28 * DAY;
  const text = (second: number) => {
    if (isOfOneDay) return clock.time(second);
    const minute = clock.minute(second);
    return step >= DAY ? minute.slice(5, 10) : minute.slice(5);
  };
  const ticks: Tick[] = [];
  const last = wall(to, clock);
  for (let at = Math.ceil(wall(from, clock) / step) * step; at <= last; at += step) {
    // The zone's distance from UTC may be another there than at the start.
    const near = at * 60 - ahead(from, clock);
    const second = at * 60 - ahead(near, clock);
    // A time that is left out the night that summer time begins would be the one after it once more.
    const isLater = second > (ticks.at(-1)?.second ?? Number.NEGATIVE_INFINITY);
    if (isLater && second >= from && second < to) ticks.push({ second, text: text(second) });
  }
  return ticks;
}

/** What the reader's clock shows, in minutes since 1970 began by it. */
const wall = (second: number, clock: Clock): number =>
  Date.parse(`${clock.minute(second).replace(" ", "T")}Z`) / 60_000;

/** How far the reader's clock is ahead of UTC, seconds. */
const ahead = (second: number, clock: Clock): number =>
  wall(second, clock) * 60 - Math.floor(second / 60) * 60;
