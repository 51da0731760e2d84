import { expect, test } from "vitest";
import type { DestinationHealth, TrailHealth, Undelivered } from "../../api/trails";
import { foldersOf, givenUpOf, healthOf, rowsOf, sentOf, seriesOf, stateOf, totals, waitsOf } from "./health";

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

const HOOK: DestinationHealth = {
  Kind: "Webhook",
  Name: "hook",
  LastSuccess: "2026-11-26T06:00:00Z",
  LagSeconds: 0,
  Waiting: 0,
  Behind: 0,
  LastDay: { Events: 1200, Bytes: 9, FailedTries: 0, GivenUp: 0 },
};
const gaveUp = { ...HOOK.LastDay, Events: 5, Bytes: 9, FailedTries: 3, GivenUp: 1003 };

test.each<[string, Partial<DestinationHealth>, string, string, string, string]>([
  ["works", {}, "Works", "Nothing", "1,200", "None"],
  ["fails", { Error: "Http503", Waiting: 7, LagSeconds: 90 }, "Http503", "7 for 1 min 30 s", "1,200", "None"],
  [
    "is far behind",
    { Waiting: 7, Behind: 4000, LagSeconds: 9 },
    "Works",
    "7 for 9 s, 4,000 unread",
    "1,200",
    "None",
  ],
  [
    "gave up",
    { LastDay: { ...gaveUp, GivenUpFor: { expired: 1000, "refused-400": 3 } } },
    "Gave events up",
    "Nothing",
    "5, 3 tries failed",
    "1,000 expired, 3 refused-400",
  ],
])("a webhook that %s", (_, change, state, waits, sent, lost) => {
  const hook = { ...HOOK, ...change };
  expect([stateOf(hook).text, waitsOf(hook), sentOf(hook), givenUpOf(hook)]).toEqual([
    state,
    waits,
    sent,
    lost,
  ]);
});

test("of a bucket no such figures are known", () => {
  const bucket: DestinationHealth = { Kind: "S3", Name: "logs" };
  expect([stateOf(bucket).text, waitsOf(bucket), sentOf(bucket), givenUpOf(bucket)]).toEqual([
    "Nothing yet",
    "–",
    "–",
    "–",
  ]);
});

test("what needs somebody stands first, and says whose it is", () => {
  const bus: DestinationHealth = { ...HOOK, Kind: "EventBridge", Name: "bus" };
  const rows = rowsOf({
    Trails: [{ ...TRAIL, Destinations: [destination("S3")] }],
    Destinations: [bus, { ...HOOK, LastDay: gaveUp }, { ...HOOK, Kind: "NATS", Error: "Unreachable" }],
  });
  expect(rows.map(({ Kind, owner }) => [Kind, owner])).toEqual([
    ["NATS", "The server"],
    ["Webhook", "The server"],
    ["S3", "main"],
    ["EventBridge", "The account's trails"],
  ]);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(4);
});

test("folders that wait are those of all trails, and what is not listed is counted", () => {
  const folder = {
    AccountId: "111122223333",
    Region: "us-east-1",
    Folder: "CloudTrail",
    Since: "2026-11-26T06:00:00Z",
  };
  const waits: Undelivered = {
    ...{ Since: folder.Since, Files: 2, Events: 9, Bytes: 90, More: true, FolderCount: 3 },
    Folders: [{ ...folder, Files: 2, Events: 9, Bytes: 90 }],
  };
  const told = foldersOf([TRAIL, { ...TRAIL, Undelivered: waits }]);
  expect(told).toMatchObject({
    unlisted: 2,
    more: true,
    folders: [{ trail: "main", AccountId: "111122223333" }],
  });
  expect(foldersOf([TRAIL])).toEqual({ folders: [], unlisted: 0, more: false });
});
