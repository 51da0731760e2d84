import { expect, test } from "vitest";
import { withRegion } from "./region";

test.each([
  ["", "?region=eu-west-1"],
  ["?region=us-east-1", "?region=eu-west-1"],
  ["?text=a+b&region=us-east-1&EventName=X", "?text=a+b&region=eu-west-1&EventName=X"],
])("the Region is told in %j", (search, expected) => {
  expect(withRegion(search, "eu-west-1")).toBe(expected);
});
