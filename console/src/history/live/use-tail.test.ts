import { expect, test } from "vitest";
import { Refusal } from "../../api/call";
import { isFinal } from "./use-tail";

test.each([
  [new Refusal("AccessDeniedException", "m", 403), true],
  [new Refusal("ValidationException", "m", 400), true],
  [new Refusal("SignedOut", "m", 401), true],
  [new Refusal("ThrottlingException", "Rate exceeded", 400), false],
  [new Refusal("Unknown", "m", 429), false],
  [new Refusal("ServiceUnavailable", "m", 503), false],
  [new Refusal("Unreachable", "m", 0), false],
])("%s ends following: %s", (error, ends) => expect(isFinal(error)).toBe(ends));
