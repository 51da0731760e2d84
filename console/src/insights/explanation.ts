/** What the server knows of one insight, and what follows from it. */

import type { ExplanationAnswer } from "../api/insights";
import { type Episode, episodeOf, readTold, type Sensitivity, type Way } from "./told";

/** The minutes of a day. */
const DAY = 1440;

/** How far from a time of day others are still about the same, minutes. */
const ABOUT_MINUTES = 60;

/** The longest series that is read: a week, a day of something unusual, an hour after it, and room. */
const SERIES_MINUTES_MAX = 40 * DAY;

/** One insight, with what was counted around it. Minutes are told by their places in the series. */
export interface Explanation {
  episode: Episode;
  way: Way;
  sensitivity: Sensitivity;
  /** Whether it was found in imported logs. */
  isImported: boolean;
  /** ARNs of the trails that get it. */
  trails: string[];
  series: Series;
  /** The first unusual minute, and the first usual one after it or the end of what is known. */
  unusual: { from: number; to: number };
}

/** Calls by the minute, one after another. */
export interface Series {
  /** The second that the first of them begins with. */
  from: number;
  /** The calls of each; undefined where nobody watched. */
  minutes: (number | undefined)[];
}

/** What some minutes had. */
export interface Sum {
  /** The minutes that were watched. */
  minutes: number;
  calls: number;
  /** The most in one minute, and the place of the first that had so many. */
  most?: { calls: number; place: number };
}

/** Reads the answer of `/_cairn/insights/explanation`; nothing where it makes no sense. */
export function readExplanation(answer: ExplanationAnswer): Explanation | undefined {
  const episode = episodeOf(readTold(answer.start), readTold(answer.end));
  const series = readSeries(answer.series);
  if (!episode || !series) return undefined;
  const place = (second: number) => Math.max(0, Math.floor((second - series.from) / 60));
  const from = place(episode.began);
  const known = Math.max(series.minutes.length, from);
  const to = episode.end ? Math.min(Math.max(place(episode.end.at), from), known) : known;
  return {
    episode,
    way: answer.direction,
    sensitivity: answer.sensitivity,
    isImported: answer.imported,
    trails: answer.trails,
    series,
    unusual: { from, to },
  };
}

function readSeries(written: ExplanationAnswer["series"]): Series | undefined {
  const from = Date.parse(written.from) / 1000;
  if (Number.isNaN(from) || !(written.minutes <= SERIES_MINUTES_MAX)) return undefined;
  const minutes: (number | undefined)[] = new Array(written.minutes).fill(0);
  for (const [first, end] of written.unobserved) minutes.fill(undefined, first, end);
  for (const [minute, calls] of written.calls) if (minute < minutes.length) minutes[minute] = calls;
  return { from, minutes };
}

/** The second that a minute begins with. */
export const secondOf = (series: Series, place: number): number => series.from + place * 60;

/** The calls a minute. */
export const rateOf = (sum: Sum): number => (sum.minutes === 0 ? 0 : sum.calls / sum.minutes);

/** Sums minutes up, from one place up to another. */
export function sum(series: Series, from: number, to: number): Sum {
  const sum: Sum = { minutes: 0, calls: 0 };
  for (let place = from; place < to; place++) add(sum, series, place);
  return sum;
}

export const before = (of: Explanation): Sum => sum(of.series, 0, of.unusual.from);
export const during = (of: Explanation): Sum => sum(of.series, of.unusual.from, of.unusual.to);

/** Sums up the minutes before that were about the same time of day. */
export function sameTime(of: Explanation): Sum {
  const sum: Sum = { minutes: 0, calls: 0 };
  for (const place of about(of, of.unusual.from)) add(sum, of.series, place);
  return sum;
}

/**
 * Returns the least and the most calls a minute that were usual, on average over so many minutes, about the time of
 * day of the minute at a place; nothing where nothing is known of it.
 */
export function usual(of: Explanation, place: number, minutes: number): [number, number] | undefined {
  let bounds: [number, number] | undefined;
  const places = about(of, place);
  for (let at = 0; at < places.length; at += minutes) {
    const from = places[at] ?? 0;
    const some = sum(of.series, from, from + minutes);
    // A column of which little is known says nothing of what is usual.
    if (from + minutes > of.unusual.from || some.minutes * 2 < minutes) continue;
    const rate = rateOf(some);
    bounds = bounds ? [Math.min(bounds[0], rate), Math.max(bounds[1], rate)] : [rate, rate];
  }
  return bounds;
}

/** Returns the places before the start that are about this time of day. */
function about(of: Explanation, place: number): number[] {
  const near: number[] = [];
  const { from: end } = of.unusual;
  // Of the day before the first, the first minutes may still be about it.
  for (let middle = (place % DAY) - DAY; middle - ABOUT_MINUTES < end; middle += DAY) {
    const last = Math.min(end - 1, middle + ABOUT_MINUTES);
    for (let other = Math.max(0, middle - ABOUT_MINUTES); other <= last; other++) near.push(other);
  }
  return near;
}

function add(sum: Sum, series: Series, place: number) {
  const calls = series.minutes[place];
  if (calls === undefined) return;
  if (!sum.most || calls > sum.most.calls) sum.most = { calls, place };
  sum.minutes += 1;
  sum.calls += calls;
}
