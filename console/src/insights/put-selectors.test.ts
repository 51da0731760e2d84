import { expect, test } from "vitest";
import { putSelectors } from "./put-selectors";

const TRAIL = { TrailARN: "arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit", HomeRegion: "eu-west-1" };

test("a trail is told of insights in its home Region, wherever the command is run", () => {
  const told = putSelectors(TRAIL);
  expect(told).toContain(`--trail-name ${TRAIL.TrailARN} --region eu-west-1 `);
  const [, selectors = ""] = /--insight-selectors '(.+)'$/.exec(told) ?? [];
  expect(JSON.parse(selectors)).toEqual([
    { InsightType: "ApiCallRateInsight" },
    { InsightType: "ApiErrorRateInsight" },
  ]);
});

test("where there is no trail, the one that the step before makes is named", () => {
  expect(putSelectors(undefined)).toContain("--trail-name main --insight-selectors");
});
