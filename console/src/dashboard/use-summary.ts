import { useQuery } from "@tanstack/react-query";
import { type Filter, summarise } from "../api/history";
import type { Range } from "../history/range";
import { sameRegion } from "../session/same-region";
import { endsOf, type TimeSpan } from "./time-span";

/** How often it is asked for again, milliseconds. */
export const REFRESH_MS = 60_000;

/** What the dashboard counts: everything, or what changed something. */
export type Counted = "all" | "writes";

export const filtersOf = (counted: Counted): Filter[] =>
  counted === "writes" ? [{ Field: "ReadOnly", Operator: "Equals", Values: ["false"] }] : [];

/**
 * The events of a span, summed up; until they are, those of the span before, which say what they are of. Their range is
 * the one that was counted, so that whoever follows a figure finds as many.
 */
export function useSummary(region: string, span: TimeSpan, counted: Counted) {
  return useQuery({
    queryKey: ["dashboard", region, span.id, counted],
    queryFn: async ({ signal }) => {
      const { from, to } = endsOf(span, Date.now());
      const search = {
        StartTime: new Date(from).toISOString(),
        EndTime: new Date(to - 1).toISOString(),
        Filters: filtersOf(counted),
        Buckets: span.buckets,
      };
      const range: Range = { type: "absolute", from: search.StartTime, to: search.EndTime };
      return { ...(await summarise(region, search, signal)), span, counted, range };
    },
    placeholderData: sameRegion(region),
    refetchInterval: REFRESH_MS,
  });
}
