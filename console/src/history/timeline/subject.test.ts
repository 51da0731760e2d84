import { expect, test } from "vitest";
import type { EventItem } from "../../api/history";
import { readSubject, type Subject, subjectsOf, timelinePath } from "./subject";

const SUBJECTS: [subject: Subject, path: string][] = [
  [{ field: "Username", value: "alice & bob" }, "/timeline?by=Username&value=alice+%26+bob"],
  [
    { field: "PrincipalArn", value: "arn:aws:iam::111122223333:root" },
    "/timeline?by=PrincipalArn&value=arn%3Aaws%3Aiam%3A%3A111122223333%3Aroot",
  ],
];

test.each(SUBJECTS)("%j has the path %s", (subject, path) => {
  expect(timelinePath(subject)).toBe(path);
  expect(readSubject(new URL(path, "http://x").searchParams)).toEqual(subject);
});

test("a timeline's path tells its time", () => {
  const subject: Subject = { field: "AccessKeyId", value: "AKIA1" };
  expect(timelinePath(subject, { type: "relative", amount: 3, unit: "hour" })).toMatch(/&range=3h$/);
});

test.each(["", "by=Username", "by=Username&value=+", "by=ReadOnly&value=true", "by=constructor&value=x"])(
  "nobody is meant by ?%s",
  (query) => expect(readSubject(new URLSearchParams(query))).toBeUndefined(),
);

test("an event is part of several timelines", () => {
  const event = { Username: "alice", AccessKeyId: "AKIA1" } as EventItem;
  const address = { sourceIPAddress: "198.51.100.7" };
  expect(subjectsOf(event, { ...address, userIdentity: { arn: "arn:alice" } })).toEqual([
    { field: "PrincipalArn", value: "arn:alice" },
    { field: "AccessKeyId", value: "AKIA1" },
    { field: "SourceIPAddress", value: "198.51.100.7" },
  ]);
  // Who has no ARN is found by name.
  expect(subjectsOf(event, {})[0]).toEqual({ field: "Username", value: "alice" });
});
