import { expect, test } from "vitest";
import { Refusal, readRefusal } from "./refusal";

const answer = (body: string, status = 400) =>
  readRefusal(new Response(body, { status, headers: { "x-amzn-requestid": "r-1" } }));

test.each([
  [
    '{"__type":"com.amazonaws.cloudtrail#TrailNotFoundException","Message":"m"}',
    "TrailNotFoundException",
    "m",
  ],
  ['{"__type":"AccessDeniedException","message":"m"}', "AccessDeniedException", "m"],
  ['{"Code":"LockedOut","Message":"m","__type":"LockedOut","message":"m"}', "LockedOut", "m"],
  ['{"Code":7}', "Unknown", "Unknown"],
  ["null", "Unknown", "Cairn answered with status 400."],
  ["<h1>Bad gateway</h1>", "Unknown", "Cairn answered with status 400."],
  ["", "Unknown", "Cairn answered with status 400."],
])("%s", async (body, code, message) => {
  const refusal = await answer(body);
  expect([refusal.code, refusal.message, refusal.status, refusal.requestId]).toEqual([
    code,
    message,
    400,
    "r-1",
  ]);
});

test("a lock-out tells when to try again", async () => {
  const refusal = await answer('{"Code":"LockedOut","Message":"m","RetryAfterSeconds":30}', 429);
  expect(refusal.retryAfterSeconds).toBe(30);
});

test.each([
  ["AccessDenied", true],
  ["AccessDeniedException", true],
  ["Client.UnauthorizedOperation", true],
  ["NotAuthorizedException", true],
  ["ValidationError", false],
])("%s is a denial: %s", (code, isDenied) => {
  expect(new Refusal(code, "m", 403).isDenied).toBe(isDenied);
});

test.each([
  ["arn:aws:cloudtrail:us-east-1:1:trail/main because", "arn:aws:cloudtrail:us-east-1:1:trail/main"],
  ['"arn:aws:s3:::shop/a b" because', "arn:aws:s3:::shop/a b"],
  ["* because", undefined],
])("what %s no policy allows is named", (where, resource) => {
  const message = `User: ann is not authorized to perform: s3:GetObject on resource: ${where} no policy allows it`;
  expect(new Refusal("AccessDenied", message, 403).resource).toBe(resource);
});
