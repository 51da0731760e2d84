import { expect, test } from "vitest";
import { count, many, pace, principal, rate, service, span, trailName } from "./words";

test.each([
  [0, "0"],
  [-1, "0"],
  [Number.NaN, "0"],
  [0.0000882, "0.000088"],
  [0.0442, "0.0442"],
  [0.42, "0.42"],
  [0.6, "0.6"],
  [9.5, "9.5"],
  [20, "20"],
  [26.714, "26.7"],
  [31, "31"],
  [99.97, "100"],
  [1234.5, "1,235"],
])("a rate of %d is said as %s", (average, said) => {
  expect(rate(average)).toBe(said);
});

test.each([
  [0, "none"],
  [-1, "none"],
  [Number.NaN, "none"],
  [0.0000001, "once in 6,944 days"],
  [0.0000882, "once in 8 days"],
  [0.000497, "once in 34 hours"],
  [1 / (33 * 60), "once in 33 hours"],
  [1 / 61, "1 an hour"],
  [1 / 100, "once in 2 hours"],
  [1 / 60, "1 an hour"],
  [0.0442, "2.65 an hour"],
  [0.42, "25.2 an hour"],
  [0.994, "59.6 an hour"],
  [0.999, "1 a minute"],
  [26.714, "26.7 a minute"],
  [1234.5, "1,235 a minute"],
])("%d a minute is said as %s", (average, said) => {
  expect(pace(average)).toBe(said);
});

test.each([
  [0, "0 minutes"],
  [1, "1 minute"],
  [59, "59 minutes"],
  [60, "1 hour"],
  [121, "2 h 1 min"],
  [1440, "1 day"],
  [2945, "2 days 1 h"],
])("%d minutes are said as %s", (minutes, said) => {
  expect(span(minutes)).toBe(said);
});

test("counts have groups of three digits", () => {
  expect([0, 999, 1000, 1_234_567].map(count)).toEqual(["0", "999", "1,000", "1,234,567"]);
  expect([many(1, "call", "calls"), many(2, "call", "calls")]).toEqual(["1 call", "2 calls"]);
});

test("names are short", () => {
  expect(service("ec2.amazonaws.com")).toBe("ec2");
  expect(principal("arn:aws:sts::111122223333:assumed-role/fleet")).toBe("assumed-role/fleet");
  expect(principal("arn:aws:iam::111122223333:root")).toBe("root");
  expect(principal("cloudtrail.amazonaws.com")).toBe("cloudtrail.amazonaws.com");
  expect(trailName("arn:aws:cloudtrail:us-east-1:111122223333:trail/main")).toBe("main");
});
