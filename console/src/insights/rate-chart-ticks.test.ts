import { expect, test } from "vitest";
import { ticksOf } from "./rate-chart-ticks";
import type { Clock } from "./sentences";

const at = (text: string) => Date.parse(text) / 1000;

/** The clock of a zone; in Kathmandu it is 5:45 ahead of UTC, in Berlin one hour, in summer two. */
function clockOf(timeZone: string): Clock {
  const written = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" });
  const minute = (second: number) => written.format(second * 1000);
  return { minute, time: (second) => minute(second).slice(11), zone: () => timeZone };
}

const texts = (zone: string, from: string, to: string, pixels: number) =>
  ticksOf(at(from), at(to), pixels, clockOf(zone)).map(({ text }) => text);

test.each([
  ["UTC", "2026-11-26T09:59:00Z", "2026-11-26T12:00:00Z", 1000, "10:00 10:10 10:20"],
  ["UTC", "2026-11-26T09:59:00Z", "2026-11-26T12:00:00Z", 200, "10:00 11:00"],
  ["Asia/Kathmandu", "2026-11-26T09:59:00Z", "2026-11-26T12:00:00Z", 300, "16:00 16:30 17:00"],
])("times in %s from %s to %s are round", (zone, from, to, pixels, first) => {
  expect(texts(zone, from, to, pixels).slice(0, first.split(" ").length).join(" ")).toBe(first);
});

test("times of several days say the day, and days are said alone", () => {
  expect(texts("UTC", "2026-11-25T20:10:00Z", "2026-11-26T04:00:00Z", 500)).toEqual([
    "11-25 22:00",
    "11-26 00:00",
    "11-26 02:00",
  ]);
  expect(texts("UTC", "2026-11-19T11:00:00Z", "2026-11-26T12:00:00Z", 600)).toEqual([
    "11-20",
    "11-21",
    "11-22",
    "11-23",
    "11-24",
    "11-25",
    "11-26",
  ]);
});

test("days begin at midnight before and after the clock is changed", () => {
  const ticks = ticksOf(
    at("2026-10-22T12:00:00Z"),
    at("2026-10-28T12:00:00Z"),
    600,
    clockOf("Europe/Berlin"),
  );
  expect(ticks.map(({ second }) => new Date(second * 1000).toISOString().slice(8, 16))).toEqual([
    "22T22:00",
    "23T22:00",
    "24T22:00",
    "25T23:00",
    "26T23:00",
    "27T23:00",
  ]);
});

test("the hour that is left out when summer time begins stands there once", () => {
  expect(texts("Europe/Berlin", "2027-03-27T23:00:00Z", "2027-03-28T04:00:00Z", 600)).toEqual([
    "00:00",
    "01:00",
    "03:00",
    "04:00",
    "05:00",
  ]);
});

test("where there is no room, or nothing to show, there are no times", () => {
  expect(ticksOf(0, 0, 100, clockOf("UTC"))).toEqual([]);
  expect(ticksOf(0, 3600, 0, clockOf("UTC"))).toEqual([]);
});
