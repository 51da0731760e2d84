import type { Trail } from "../api/trails";

const SELECTORS = '[{"InsightType":"ApiCallRateInsight"},{"InsightType":"ApiErrorRateInsight"}]';

/** The command that lets a trail look for insights; of the trail that is proposed where there is none yet. */
export function putSelectors(trail: Pick<Trail, "TrailARN" | "HomeRegion"> | undefined): string {
  const named = trail ? `${trail.TrailARN} --region ${trail.HomeRegion}` : "main";
  return `aws cloudtrail put-insight-selectors --trail-name ${named} --insight-selectors '${SELECTORS}'`;
}
