import { useQuery } from "@tanstack/react-query";
import { metricData } from "../../api/insights";
import type { Explanation } from "../explanation";
import { patiently } from "../patiently";

/** How long hours are kept, seconds. */
const KEPT = 90 * 86_400;

/** What was counted of an insight's action in all hours that are kept; asked for once it is wanted. */
export function useMetric(of: Explanation, isWanted: boolean) {
  const { last } = of.episode;
  return useQuery({
    queryKey: ["insight-metric", last.region, last.sharedEventId],
    enabled: isWanted,
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const now = Math.floor(Date.now() / 1000);
      const asked = {
        EventSource: last.source,
        EventName: last.name,
        ...(last.errorCode ? { ErrorCode: last.errorCode } : {}),
        ...(last.trail ? { TrailName: last.trail } : {}),
        StartTime: now - KEPT,
      };
      const data = await patiently(() => metricData(last.region, asked, signal), signal);
      return { data, range: [Math.min(now - 86_400, data.Timestamps[0] ?? now), now] as [number, number] };
    },
  });
}
