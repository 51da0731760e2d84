import { expect, test } from "vitest";
import { type EventRecord, outcomesOf } from "./record";

const signIn = (eventName: string, responseElements: EventRecord): EventRecord => ({
  eventSource: "signin.amazonaws.com",
  eventName,
  responseElements,
});

const CASES: [record: EventRecord, outcomes: string[]][] = [
  [{}, ["succeeded"]],
  [{ errorCode: "", errorMessage: null }, ["succeeded"]],
  [{ errorCode: "NoSuchEntity" }, ["failed"]],
  [{ errorMessage: "Failed authentication" }, ["failed"]],
  [{ errorCode: "AccessDenied" }, ["failed", "denied"]],
  [{ errorCode: "Client.UnauthorizedOperation" }, ["failed", "denied"]],
  [{ errorCode: "SignatureDoesNotMatch" }, ["failed"]],
  [{ errorCode: "AuthFailure" }, ["failed"]],
  [signIn("CheckMfa", { CheckMfa: "Failure" }), ["failed"]],
  [signIn("SwitchRole", { SwitchRole: "Success" }), ["succeeded"]],
  [signIn("SwitchRole", { CheckMfa: "Failure" }), ["succeeded"]],
  [{ ...signIn("Check", { Check: "Failure" }), eventSource: "ec2.amazonaws.com" }, ["succeeded"]],
];

test.each(CASES)("what came of %j: %j", (record, outcomes) => {
  expect(outcomesOf(record)).toEqual(outcomes);
});
