import { expect, test } from "vitest";
import type { EventItem, Summary } from "../../api/history";
import { ANY, NONE } from "../filter-tokens";
import { askedOf, suggestionsOf, type Typed } from "./suggestions";

const EVENT: EventItem = {
  EventId: "e-1",
  EventName: "CreateUser",
  EventSource: "iam.amazonaws.com",
  EventTime: 1,
  ReadOnly: "false",
  Username: "alice",
  Resources: [{ ResourceType: "AWS::IAM::User", ResourceName: "bob" }, { ResourceName: "bob" }],
  CloudTrailEvent: JSON.stringify({ sourceIPAddress: "198.51.100.7", userIdentity: { arn: "arn:alice" } }),
};

const ranked = (...values: string[]) => values.map((Value) => ({ Value, Count: 1 }));
const SUMMARY: Summary = {
  Total: 9,
  Failed: 1,
  Denied: 1,
  Buckets: [],
  BucketSeconds: 60,
  Top: {
    Username: ranked("carol", "alice"),
    EventName: [],
    EventSource: [],
    ErrorCode: ranked("AccessDenied"),
    SourceIPAddress: [],
    Denied: ranked("mallory"),
  },
};

const valuesOf = (field: string, events: EventItem[], summary?: Summary) =>
  suggestionsOf(events, summary ? [summary] : [])
    .filter(({ propertyKey }) => propertyKey === field)
    .map(({ value }) => value);

test.each([
  ["Username", [EVENT], SUMMARY, [ANY, NONE, "carol", "alice"]],
  ["Username", [EVENT], undefined, [ANY, NONE, "alice"]],
  ["ErrorCode", [EVENT], SUMMARY, [ANY, NONE, "AccessDenied"]],
  ["ResourceName", [EVENT], SUMMARY, [ANY, NONE, "bob"]],
  ["ResourceType", [EVENT], SUMMARY, [ANY, NONE, "AWS::IAM::User"]],
  ["SourceIPAddress", [EVENT], SUMMARY, [ANY, NONE, "198.51.100.7"]],
  ["PrincipalArn", [EVENT], SUMMARY, [ANY, NONE, "arn:alice"]],
  // Every event has these.
  ["EventName", [EVENT, EVENT], SUMMARY, ["CreateUser"]],
  ["ReadOnly", [], undefined, ["false", "true"]],
  ["Outcome", [EVENT], SUMMARY, ["succeeded", "failed", "denied"]],
])("of %s", (field, events, summary, values) => {
  expect(valuesOf(field, events, summary)).toEqual(values);
});

test("no more are offered than can be looked through", () => {
  const events = Array.from({ length: 200 }, (_, at) => ({ ...EVENT, EventName: `E${at}` }));
  expect(valuesOf("EventName", events)).toHaveLength(60);
});

test("values that begin like what is typed are offered beside the most frequent", () => {
  const found: Summary = { ...SUMMARY, Top: { ...SUMMARY.Top, Username: ranked("zoe") } };
  const offered = suggestionsOf([], [SUMMARY, found]).filter(({ propertyKey }) => propertyKey === "Username");
  expect(offered.map(({ value }) => value)).toEqual([ANY, NONE, "carol", "alice", "zoe"]);
});

const TYPED: [typed: Typed, asked: string[]][] = [
  [{ text: "" }, []],
  [{ text: "al" }, []],
  [{ text: " alice " }, ["Username alice", "EventName alice"]],
  [{ field: "EventName", text: "" }, []],
  [{ field: "EventName", text: "C" }, ["EventName C"]],
  // The most frequent values of these are not counted.
  [{ field: "ResourceName", text: "bob" }, []],
];

test.each(TYPED)("for %j is asked: %j", (typed, asked) => {
  expect(askedOf(typed).map(({ Field, Values }) => `${Field} ${Values}`)).toEqual(asked);
});
