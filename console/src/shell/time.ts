import { useMemo } from "react";
import { usePreferences } from "./preferences";

/** A point in time: a date, ISO 8601, or a number of seconds since 1970 as the API gives it. */
export type Moment = Date | string | number;

export interface TimeWords {
  zone: "utc" | "local";
  /** `November 26, 2026, 06:26:56 (UTC)`, as AWS's console writes it. */
  full: (moment: Moment) => string;
  /** `2026-11-26 06:26:56`: for tables and charts; the zone is told elsewhere. */
  short: (moment: Moment) => string;
  /** `Nov 26, 2026`. */
  day: (moment: Moment) => string;
  /** `06:26`. */
  clock: (moment: Moment) => string;
  /** `UTC`, or `UTC+01:00` at that moment. */
  zoneName: (moment: Moment) => string;
}

/** Words for times, in the zone that the visitor chose (`UTC` at first). */
export function useTime(): TimeWords {
  const [{ zone }] = usePreferences();
  return useMemo(() => timeWords(zone), [zone]);
}

export function timeWords(zone: "utc" | "local"): TimeWords {
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("en-US", { ...options, ...(zone === "utc" ? { timeZone: "UTC" } : {}) });
  const month = part({ year: "numeric", month: "long", day: "2-digit" });
  const day = part({ year: "numeric", month: "short", day: "2-digit" });
  const seconds = part({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const minutes = part({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const zoneName = (moment: Moment) => (zone === "utc" ? "UTC" : offsetName(dateOf(moment)));
  const known = (words: (date: Date) => string) => (moment: Moment) => {
    const date = dateOf(moment);
    return Number.isNaN(date.getTime()) ? "–" : words(date);
  };
  return {
    zone,
    full: known((date) => `${month.format(date)}, ${seconds.format(date)} (${zoneName(date)})`),
    short: known((date) => `${isoDay(date, zone)} ${seconds.format(date)}`),
    day: known((date) => day.format(date)),
    clock: known((date) => minutes.format(date)),
    zoneName,
  };
}

/** `3 minutes ago`, `in 2 hours`. */
export function relative(moment: Moment, now: Date): string {
  const seconds = (dateOf(moment).getTime() - now.getTime()) / 1000;
  if (Number.isNaN(seconds)) return "–";
  const [size, unit] = UNITS.find(([size]) => Math.abs(seconds) >= size) ?? [1, "second"];
  return RELATIVE.format(Math.trunc(seconds / size), unit);
}

/** `2 h 5 min`: a span, to its two largest units. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [
    [Math.floor(whole / 86_400), "d"],
    [Math.floor(whole / 3600) % 24, "h"],
    [Math.floor(whole / 60) % 60, "min"],
    [whole % 60, "s"],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return "0 s";
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(" ");
}

export function dateOf(moment: Moment): Date {
  if (moment instanceof Date) return moment;
  return new Date(typeof moment === "number" ? moment * 1000 : moment);
}

const RELATIVE = new Intl.RelativeTimeFormat("en-US", { numeric: "auto" });

const UNITS: [number, Intl.RelativeTimeFormatUnit][] = [
  [365 * 86_400, "year"],
  [30 * 86_400, "month"],
  [86_400, "day"],
  [3600, "hour"],
  [60, "minute"],
];

function isoDay(date: Date, zone: "utc" | "local"): string {
  const moved = zone === "utc" ? date : new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return moved.toISOString().slice(0, 10);
}

function offsetName(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  if (!minutes) return "UTC";
  const size = Math.abs(minutes);
  const two = (count: number) => String(count).padStart(2, "0");
  return `UTC${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
