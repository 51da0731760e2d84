import { expect, test } from "vitest";
import { Refusal } from "../../api/call";
import { mayPass } from "./use-retry";

test.each([
  [null, false],
  [new Refusal("AccessDeniedException", "", 403), false],
  [new Refusal("InvalidTimeRangeException", "", 400), false],
  [new Refusal("ThrottlingException", "", 400), true],
  [new Refusal("Unreachable", "", 0), true],
  [new Refusal("InternalFailure", "", 500), true],
  [new TypeError("x is undefined"), true],
])("%s may pass: %s", (error, may) => {
  expect(mayPass(error)).toBe(may);
});
