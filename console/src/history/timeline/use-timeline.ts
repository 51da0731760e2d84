import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type EventItem, searchHistory, summarise } from "../../api/history";
import { fullPage } from "../full-page";
import { endsOf, type Range } from "../range";
import { filterOf, type Subject } from "./subject";

/** Events of a timeline that are asked for at a time. */
const EVENTS_A_PAGE = 100;

/** The events of a subject, newest first, more of them when they are wanted; and how many there are. */
export function useTimeline(region: string, subject: Subject, range: Range, asOf: Date) {
  const search = useMemo(
    () => ({ ...endsOf(range, asOf), Filters: [filterOf(subject)] }),
    [range, asOf, subject],
  );
  const pages = useInfiniteQuery({
    queryKey: ["timeline", region, search],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      fullPage(
        (MaxResults, from) =>
          searchHistory(region, { ...search, MaxResults, ...(from ? { NextToken: from } : {}) }, signal),
        EVENTS_A_PAGE,
        pageParam || undefined,
      ),
    getNextPageParam: ({ NextToken }) => NextToken,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const summary = useQuery({
    queryKey: ["timeline-summary", region, search],
    queryFn: ({ signal }) => summarise(region, { ...search, Buckets: 1 }, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const events: EventItem[] = useMemo(
    () => pages.data?.pages.flatMap(({ Events }) => Events) ?? [],
    [pages.data],
  );
  return { events, pages, summary: summary.data, searchedBackTo: pages.data?.pages.at(-1)?.SearchedBackTo };
}
