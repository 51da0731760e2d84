/** What the graph of an insight shows: the minutes around it, some of them together where there are many. */

import { type Explanation, rateOf, secondOf, sum, usual } from "./explanation";

/** The least that is shown before something unusual and after it, minutes. */
const AROUND = 60;

export interface Column {
  /** The second that it begins with. */
  second: number;
  /** Calls a minute; undefined where nobody watched. */
  calls: number | undefined;
  /** The least and the most calls a minute that are usual at this time of day. */
  usual: [number, number] | undefined;
  isUnusual: boolean;
}

export interface Columns {
  columns: Column[];
  /** The minutes of a column. */
  minutes: number;
}

/** Makes at most so many columns. */
export function columnsOf(of: Explanation, most: number): Columns {
  const { from, to } = of.unusual;
  const around = Math.max(AROUND, to - from);
  return between(of, Math.max(0, from - around), Math.min(of.series.minutes.length, to + around), most);
}

/** Makes at most so many columns of all that is told of the time before, and of the insight. */
export const weekOf = (of: Explanation, most: number): Columns =>
  between(of, 0, of.series.minutes.length, most);

function between(of: Explanation, start: number, end: number, most: number): Columns {
  const { from, to } = of.unusual;
  const minutes = niceLength((end - start) / most);
  // The first unusual minute begins a column.
  const first = from - Math.floor((from - start) / minutes) * minutes;
  const columns: Column[] = [];
  for (let place = first; place < end; place += minutes) {
    const some = sum(of.series, place, Math.min(place + minutes, end));
    columns.push({
      second: secondOf(of.series, place),
      calls: some.minutes > 0 ? rateOf(some) : undefined,
      usual: usual(of, place, minutes),
      isUnusual: place >= from && place < to,
    });
  }
  return { columns, minutes };
}

/** The next length of a column that people like, minutes. */
export const niceLength = (least: number): number =>
  [1, 2, 3, 5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 720].find((minutes) => minutes >= least) ??
  Math.ceil(least / 1440) * 1440;

/** The next number above that people like: 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 or 10 times a power of ten. */
export function niceTop(most: number): number {
  if (!(most > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((step) => step * power >= most) ?? 10;
  return step * power;
}
