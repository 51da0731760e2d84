/** An insight in words, as `cairn insights explain` says it. */

import { before, during, type Explanation, rateOf, type Sum, sameTime, secondOf } from "./explanation";
import type { Told } from "./told";
import { count, many, pace, rate, service, span, trailName } from "./words";

/** How instants are said: in UTC or where the reader is. Seconds since 1970. */
export interface Clock {
  /** `2026-03-02 12:04`. */
  minute: (second: number) => string;
  /** `12:04`. */
  time: (second: number) => string;
  /** `UTC`, `UTC+01:00`. */
  zone: (second: number) => string;
}

/** Says a minute, its day only where it is another than that of `day`. */
export function minuteBeside(clock: Clock, second: number, day: number): string {
  const dayOf = (at: number) => clock.minute(at).slice(0, 10);
  return dayOf(second) === dayOf(day) ? clock.time(second) : clock.minute(second);
}

/** Names what is unusual: `A surge of CreateTags (ec2)`. */
export function title(told: Told, way: string): string {
  const what = `${told.name} (${service(told.source)})`;
  return `A ${way} of ${told.errorCode ? `${told.errorCode} errors of ${what}` : what}`;
}

/** Says who is told of it. */
export function heard(of: Explanation): string {
  if (of.trails.length > 0) return `Told to ${of.trails.map(trailName).join(", ")}`;
  return of.isImported ? "Found in imported logs; no trail is told" : "No trail gets it any longer";
}

export const noun = (told: Told, number: number): string =>
  told.errorCode ? many(number, "error", "errors") : many(number, "call", "calls");

/** Says what was usual. */
export function usually(of: Explanation, clock: Clock): string {
  const told = of.episode.last;
  const sum = before(of);
  const watched = span(of.unusual.from);
  const unwatched = of.unusual.from - sum.minutes;
  return [
    said(),
    hours(of, clock),
    unwatched > 0
      ? `Of ${many(unwatched, "minute", "minutes")} before nothing is known: no server watched, and no log file tells of them.`
      : "",
  ]
    .filter(Boolean)
    .join(" ");

  function said(): string {
    if (!sum.most) return "Nothing is known any longer of the minutes before.";
    if (sum.calls === 0) return `In the ${watched} before there was not a single one.`;
    return (
      `In the ${watched} before there were ${noun(told, sum.calls)}: ${pace(told.baseline.average)} on ` +
      `average, and never more than ${count(sum.most.calls)} in one minute ` +
      `(${clock.minute(secondOf(of.series, sum.most.place))}).`
    );
  }
}

/** Says what this time of day is like, where it is unlike others. */
function hours(of: Explanation, clock: Clock): string {
  const same = sameTime(of);
  const baseline = of.episode.last.baseline.average;
  const isLikeOthers = rateOf(same) > baseline * 0.8 && rateOf(same) < baseline * 1.25;
  if (same.minutes < 60 || isLikeOthers || (same.calls === 0 && baseline < 0.1)) return "";
  const { began } = of.episode;
  return (
    `About this time of day, from ${clock.time(began - 3600)} to ${clock.time(began + 3600)}, it is ` +
    `${pace(rateOf(same))}, ${count(same.most?.calls ?? 0)} at most.`
  );
}

/** Says what happened. */
export function happened(of: Explanation, clock: Clock): string {
  const { last: told, began, end } = of.episode;
  const sum = during(of);
  const calls = noun(told, sum.calls);
  const expects = `where about ${count(expected(of, sum.minutes))} are usual`;
  const isSurge = of.way === "surge";
  if (!end) {
    const soFar = `It goes on: ${calls} in ${span(sum.minutes)} so far`;
    return `${opening(of, clock)} ${soFar}${isSurge ? peak(of, sum, clock) : `, ${expects}`}.`;
  }
  const at = minuteBeside(clock, end.at, began);
  if (isSurge && isAllTold(of, sum.calls)) return `${opening(of, clock)} It was over at ${at}.`;
  const over = `It was over at ${at}, after ${span((end.at - began) / 60)}`;
  return isSurge
    ? `${opening(of, clock)} ${over} and ${calls}, ${pace(told.insight.average)}${peak(of, sum, clock)}.`
    : `${opening(of, clock)} ${over} in which there were ${calls}, ${expects}.`;
}

/** Whether what gave it away was all of it. */
function isAllTold({ episode: { start, began, end } }: Explanation, calls: number): boolean {
  if (!start || !end) return false;
  const { average, minutes } = start.insight;
  return end.at - began === minutes * 60 && Math.round(average * minutes) === calls;
}

/** Says what gave it away. */
function opening(of: Explanation, clock: Clock): string {
  const { start, began } = of.episode;
  if (!start) return `It began at ${clock.time(began)}.`;
  const { average, minutes } = start.insight;
  const what = noun(start, Math.round(average * minutes));
  const at = clock.time(start.at);
  if (of.way === "silence") {
    const usual = count(expected(of, minutes));
    return `From ${at} on it was quiet: ${what} in ${span(minutes)}, where about ${usual} are usual.`;
  }
  const times = asManyAsUsual(average / start.baseline.average);
  return minutes <= 1
    ? `At ${at} there were ${what} in one minute${times}.`
    : `From ${at} on there were ${what} in ${span(minutes)}${times}.`;
}

function asManyAsUsual(times: number): string {
  if (!Number.isFinite(times)) return "";
  return `, ${times >= 10 ? rate(Math.round(times)) : times.toFixed(1)} times as many as usual`;
}

/** Returns how many calls so many minutes have about this time of day. */
function expected(of: Explanation, minutes: number): number {
  const same = sameTime(of);
  const rate = same.minutes < 60 ? of.episode.last.baseline.average : rateOf(same);
  return Math.round(rate * minutes);
}

function peak(of: Explanation, sum: Sum, clock: Clock): string {
  if (!sum.most || sum.minutes <= 1) return "";
  const at = minuteBeside(clock, secondOf(of.series, sum.most.place), of.episode.began);
  return `; ${count(sum.most.calls)} in one minute at most, at ${at}`;
}
