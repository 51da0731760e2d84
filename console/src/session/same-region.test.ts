import { expect, test } from "vitest";
import { sameRegion } from "./same-region";

test.each([
  ["us-east-1", "before"],
  ["eu-central-1", undefined],
])("what was shown of %s before is shown on in us-east-1: %s", (region, shown) => {
  expect(sameRegion("us-east-1")("before", { queryKey: ["history", region] })).toBe(shown);
  expect(sameRegion("us-east-1")("before", undefined)).toBeUndefined();
});
