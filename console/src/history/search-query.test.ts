import { describe, expect, test } from "vitest";
import type { Filter } from "../api/history";
import { searchOfTokens, tokensOf } from "./filter-tokens";
import { type Range, WHOLE } from "./range";
import {
  DEFAULT_FILTERS,
  type EventSearch,
  eventsPath,
  eventsWith,
  readSearch,
  requestOf,
  writeSearch,
} from "./search-query";

const search = (parts: Partial<EventSearch>): EventSearch => ({
  filters: [],
  text: "",
  range: WHOLE,
  ...parts,
});
const equals = (Field: Filter["Field"], ...Values: string[]): Filter => ({
  Field,
  Operator: "Equals",
  Values,
});
const HOURS: Range = { type: "relative", amount: 3, unit: "hour" };
const DAY: Range = { type: "absolute", from: "2026-03-01T00:00:00.000Z", to: "2026-03-02T00:00:00.000Z" };

const ADDRESSES: [search: EventSearch, query: string][] = [
  [search({}), "ReadOnly=any"],
  [search({ filters: DEFAULT_FILTERS }), "ReadOnly=false"],
  [search({ text: "bob & carol" }), "text=bob+%26+carol"],
  [
    search({ filters: [equals("EventName", "CreateUser", "DeleteUser")] }),
    "EventName=CreateUser&EventName=DeleteUser",
  ],
  [
    search({ filters: [{ Field: "Username", Operator: "NotEquals", Values: ["root"] }] }),
    "Username.not=root",
  ],
  [
    search({ filters: [{ Field: "PrincipalArn", Operator: "StartsWith", Values: ["arn:"] }] }),
    "PrincipalArn.starts=arn%3A",
  ],
  [search({ filters: [{ Field: "ErrorCode", Operator: "Exists" }] }), "ErrorCode.exists=true"],
  [search({ filters: [{ Field: "AccessKeyId", Operator: "NotExists" }] }), "AccessKeyId.exists=false"],
  [search({ range: HOURS }), "ReadOnly=any&range=3h"],
  // The order in which they were chosen stays.
  [search({ filters: [equals("Username", "bob"), equals("EventName", "A")] }), "Username=bob&EventName=A"],
  [
    search({ filters: [equals("EventSource", "iam.amazonaws.com")], range: DAY }),
    "EventSource=iam.amazonaws.com&from=2026-03-01T00%3A00%3A00.000Z&to=2026-03-02T00%3A00%3A00.000Z",
  ],
];

describe("an address tells a search", () => {
  test.each(ADDRESSES)("%j is ?%s", (told, query) => {
    expect(writeSearch(told).toString()).toBe(query);
    expect(readSearch(new URLSearchParams(query))).toEqual(told);
  });
});

const OTHERS: [query: string, search: EventSearch][] = [
  ["", search({ filters: DEFAULT_FILTERS })],
  ["region=eu-central-1", search({ filters: DEFAULT_FILTERS })],
  ["range=3h", search({ filters: DEFAULT_FILTERS, range: HOURS })],
  ["EventName=&text=+", search({ filters: DEFAULT_FILTERS })],
  ["EventName=A&EventName=A", search({ filters: [equals("EventName", "A")] })],
  ["ReadOnly=any&range=91d", search({})],
  ["ReadOnly=any&range=0h", search({})],
  ["ReadOnly=any&range=1y", search({})],
  ["ReadOnly=any&from=yesterday&to=today", search({})],
  ["ReadOnly=any&from=2026-03-02&to=2026-03-01", search({})],
  ["ErrorCode.exists=maybe", search({ filters: DEFAULT_FILTERS })],
  ["Password=x&__proto__=y", search({ filters: DEFAULT_FILTERS })],
];

test.each(OTHERS)("whatever an address tells is read: ?%s", (query, told) => {
  expect(readSearch(new URLSearchParams(query))).toEqual(told);
});

test("a filter has no more values than the server takes", () => {
  const query = new URLSearchParams(Array.from({ length: 60 }, (_, at) => ["EventName", `E${at}`]));
  expect(readSearch(query).filters[0]?.Values).toHaveLength(50);
});

test("links to Event history tell what they filter alone", () => {
  expect(eventsPath({ text: "bob" })).toBe("/events?text=bob");
  expect(eventsPath({})).toBe("/events?ReadOnly=any");
  expect(eventsWith("Username", "bob", HOURS)).toBe("/events?Username=bob&range=3h");
});

const NOW = new Date("2026-03-02T12:00:00Z");
const REQUESTS: [search: EventSearch, request: object][] = [
  [search({}), { EndTime: "2026-03-02T12:00:00.000Z" }],
  [search({ range: HOURS }), { StartTime: "2026-03-02T09:00:00.000Z", EndTime: "2026-03-02T12:00:00.000Z" }],
  [
    search({ range: DAY, text: "bob" }),
    { StartTime: "2026-03-01T00:00:00.000Z", EndTime: "2026-03-02T00:00:00.000Z", Text: "bob" },
  ],
  [search({ filters: DEFAULT_FILTERS }), { EndTime: "2026-03-02T12:00:00.000Z", Filters: DEFAULT_FILTERS }],
];

test.each(REQUESTS)("%j is asked as %j", (told, request) => {
  expect(requestOf(told, NOW)).toEqual(request);
});

describe("the filter's field", () => {
  test.each(ADDRESSES)("shows and reads %j", (told) => {
    const { filters, text } = told;
    expect(searchOfTokens(tokensOf(told))).toEqual({ filters, text });
  });

  test("takes several values of a field for one filter, and every word for text", () => {
    const tokens = [
      { propertyKey: "EventName", operator: "=" as const, value: "A" },
      { operator: ":" as const, value: "bob" },
      { propertyKey: "EventName", operator: "!=" as const, value: "C" },
      { propertyKey: "EventName", operator: "=" as const, value: "B" },
      { operator: ":" as const, value: " carol " },
    ];
    expect(searchOfTokens({ operation: "and", tokens })).toEqual({
      filters: [equals("EventName", "A", "B"), { Field: "EventName", Operator: "NotEquals", Values: ["C"] }],
      text: "bob carol",
    });
  });
});
