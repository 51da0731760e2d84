import { expect, test } from "vitest";
import type { Filter } from "../../api/history";
import type { EventRecord } from "../record";
import { isLook, mayMatch } from "./matches";

const RECORD: EventRecord = {
  eventName: "CreateUser",
  eventSource: "iam.amazonaws.com",
  eventCategory: "Management",
  readOnly: false,
  userAgent: "Browser/1",
  userIdentity: { arn: "arn:aws:iam::111122223333:user/alice" },
  requestParameters: { userName: "Bob" },
};

const equals = (Field: Filter["Field"], ...Values: string[]): Filter => ({
  Field,
  Operator: "Equals",
  Values,
});

const CASES: [filters: Filter[], text: string, matches: boolean][] = [
  [[], "", true],
  [[equals("ReadOnly", "false")], "", true],
  [[equals("ReadOnly", "true")], "", false],
  [[equals("EventName", "DeleteUser", "CreateUser")], "", true],
  [[equals("ErrorCode", "AccessDenied")], "", false],
  [[{ Field: "ErrorCode", Operator: "NotEquals", Values: ["AccessDenied"] }], "", true],
  [[{ Field: "ErrorCode", Operator: "Exists" }], "", false],
  [[{ Field: "ErrorCode", Operator: "NotExists" }], "", true],
  [[equals("Outcome", "succeeded")], "", true],
  [[equals("Outcome", "failed", "denied")], "", false],
  [[{ Field: "Outcome", Operator: "NotEquals", Values: ["failed"] }], "", true],
  [[{ Field: "PrincipalArn", Operator: "StartsWith", Values: ["arn:aws:iam::111122223333:"] }], "", true],
  [[equals("EventName", "CreateUser"), equals("ReadOnly", "true")], "", false],
  // The server knows what the record's resources and user name are.
  [[equals("ResourceName", "anything")], "", true],
  [[], "bob CREATEUSER", true],
  [[], "bob carol", false],
];

test.each(CASES)("%j with text %j: %j", (filters, text, matches) => {
  expect(mayMatch(RECORD, { filters, text })).toBe(matches);
});

test("data events are not of the history", () => {
  expect(mayMatch({ ...RECORD, eventCategory: "Data" }, { filters: [], text: "" })).toBe(false);
});

test("looks of consoles into the history are no news", () => {
  const look = { ...RECORD, eventSource: "cloudtrail.amazonaws.com", readOnly: true };
  expect(isLook(look, "Browser/1")).toBe(true);
  expect(isLook(look, "Browser/2")).toBe(false);
  expect(isLook({ ...look, sessionCredentialFromConsole: "true" }, "Browser/2")).toBe(true);
  expect(isLook({ ...look, readOnly: false }, "Browser/1")).toBe(false);
  expect(isLook(RECORD, "Browser/1")).toBe(false);
});
