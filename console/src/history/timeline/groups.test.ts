import { expect, test } from "vitest";
import type { EventItem } from "../../api/history";
import { type Grouping, groupEvents } from "./groups";

const HOUR = 3600;

/** An event at a time, told as `time name key error`. */
function event(told: string): EventItem {
  const [at = "0", name = "GetUser", key, error] = told.split(" ");
  return {
    EventId: told,
    EventName: name,
    EventSource: "iam.amazonaws.com",
    EventTime: Number(at),
    ReadOnly: "true",
    Resources: [],
    ...(key ? { AccessKeyId: key } : {}),
    CloudTrailEvent: JSON.stringify({
      eventName: name,
      eventSource: "iam.amazonaws.com",
      userIdentity: { type: "IAMUser", userName: "alice" },
      ...(error ? { errorCode: error } : {}),
    }),
  };
}

/** Groups as `events/failures:steps±quiet`. */
function told(events: string[], grouping: Grouping): string[] {
  return groupEvents(events.map(event), grouping).map(
    ({ events, failures, steps, quiet }) =>
      `${events}/${failures}:${steps.map((step) => step.count).join(",")}${quiet === undefined ? "" : ` quiet ${quiet}`}`,
  );
}

const CASES: [name: string, grouping: Grouping, events: string[], groups: string[]][] = [
  ["nothing", "hour", [], []],
  ["one hour", "hour", ["7200 A k", "7201 B k"].reverse(), ["2/0:1,1"]],
  ["two hours", "hour", [`${3 * HOUR} A k`, `${3 * HOUR - 1} A k`], ["1/0:1 quiet 1", "1/0:1"]],
  ["the same again and again", "hour", ["30 A k", "20 A k", "10 B k", "5 A k"], ["4/0:2,1,1"]],
  ["a failure is no repetition", "hour", ["30 A k", "20 A k AccessDenied"], ["2/1:1,1"]],
  [
    "a pause ends a session",
    "session",
    [`${2 * HOUR} A k`, `${2 * HOUR - 1801} A k`],
    ["1/0:1 quiet 1801", "1/0:1"],
  ],
  ["a short one does not", "session", [`${2 * HOUR} A k`, `${2 * HOUR - 1800} A k`], ["2/0:2"]],
  ["another key is another session", "session", ["30 A k", "20 A other"], ["1/0:1 quiet 10", "1/0:1"]],
];

test.each(CASES)("%s by %s", (_, grouping, events, groups) => {
  expect(told(events, grouping)).toEqual(groups);
});
