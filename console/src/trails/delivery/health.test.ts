import { expect, test } from "vitest";
import type { TrailHealth } from "../../api/trails";
import { healthOf, seriesOf, totals } from "./health";

const hour = { StartTime: "2026-11-26T06:00:00Z", Files: 1, Bytes: 10, Events: 3, Digests: 1 };
const TRAIL: TrailHealth = {
  TrailARN: "arn:aws:cloudtrail:us-east-1:111122223333:trail/main",
  Name: "main",
  IsLogging: true,
  LagSeconds: 4,
  Behind: 0,
  WindowSeconds: 60,
  LastDay: { Files: 24, Bytes: 240, Events: 72, Digests: 24, Hours: [hour] },
  Destinations: [{ Kind: "S3", Name: "logs" }],
};
const destination = (Kind: "S3" | "SNS" | "Digest", code?: string) => ({
  Kind,
  Name: "x",
  ...(code ? { Error: code } : {}),
});

test.each<[string, Partial<TrailHealth>, string, string]>([
  ["well", {}, "success", "Healthy"],
  ["off", { IsLogging: false }, "stopped", "Off"],
  ["off, while others are recorded", { IsLogging: false, Behind: 3 }, "stopped", "Off"],
  [
    "off, with something that still waits",
    { IsLogging: false, Behind: 3, LagSeconds: 900 },
    "warning",
    "Late",
  ],
  ["within its window", { LagSeconds: 60 }, "success", "Healthy"],
  ["late", { LagSeconds: 900 }, "warning", "Late"],
  [
    "a bucket that refuses",
    { Destinations: [destination("SNS", "NotFound"), destination("S3", "AccessDenied")] },
    "error",
    "Log files: AccessDenied and 1 more",
  ],
  [
    "a topic that is gone",
    { Destinations: [destination("S3"), destination("SNS", "NotFound")] },
    "warning",
    "SNS topic: NotFound",
  ],
  [
    "several",
    { Destinations: [destination("Digest", "AccessDenied"), destination("SNS", "NotFound")] },
    "warning",
    "Digests: AccessDenied and 1 more",
  ],
])("%s", (_, change, type, text) => expect(healthOf({ ...TRAIL, ...change })).toMatchObject({ type, text }));

test("sums are those of all trails, the lag is the longest", () => {
  const late = { ...TRAIL, LagSeconds: 900, IsLogging: false };
  expect(totals([TRAIL, late])).toEqual({
    logging: 1,
    files: 48,
    bytes: 480,
    events: 144,
    digests: 48,
    lag: "15 min",
    late: true,
  });
  expect(totals([])).toMatchObject({ lag: "–", files: 0 });
});

test("a bucket that refuses holds its trail up, however short the lag", () => {
  const refused = { ...TRAIL, LagSeconds: 1, Destinations: [destination("S3", "AccessDenied")] };
  expect(totals([TRAIL, refused])).toMatchObject({ lag: "Held up", late: true });
});

test("each trail has a series", () => {
  expect(seriesOf([TRAIL], "Events")).toEqual([
    { title: "main", hours: [{ at: new Date("2026-11-26T06:00:00Z"), value: 3 }] },
  ]);
});

test("trails that are off have no lag", () => {
  expect(totals([{ ...TRAIL, IsLogging: false }])).toMatchObject({ logging: 0, lag: "–", late: false });
  expect(totals([TRAIL, { ...TRAIL, IsLogging: false, LagSeconds: 9 }]).lag).toBe("4 s");
});
