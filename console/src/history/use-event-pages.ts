import { type QueryClient, queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import { type Search, type SearchPage, searchHistory } from "../api/history";
import { sameRegion } from "../session/same-region";
import { fullPage } from "./full-page";
import { type Place, startOf, totalAt, turned } from "./page-walk";
import { useKept } from "./use-kept";
import { useSlow } from "./use-slow";

export interface EventPages {
  page: SearchPage | undefined;
  /** How many events match, as the first page told. */
  total: SearchPage["Total"];
  /** From 1. */
  number: number;
  /** How many pages can be gone to by now. */
  known: number;
  hasMore: boolean;
  goTo: (number: number) => void;
  /** Whether the page that is shown is not yet the one that was asked for. */
  isLoading: boolean;
  /** Whether it is even one of another search. Such a page soon makes place. */
  isOther: boolean;
  error: unknown;
  retry: () => void;
}

interface Walk {
  region: string;
  search: Search;
  /** Names the search, whenever it is asked. */
  name: string;
  size: number;
  /** Whether newer events are followed. */
  isFollowing: boolean;
}

/**
 * Walks the pages of a search: forward by the tokens of the pages seen, and back. The next page is asked for early,
 * unless newer events are followed: then each page is soon replaced, and hardly kept.
 */
export function useEventPages({ region, search, name, size, isFollowing }: Walk): EventPages {
  const walk = JSON.stringify([region, search, size]);
  const [kept, setPlace] = useKept<Place>("pages", () => startOf(walk));
  const place = kept.walk === walk ? kept : startOf(walk);
  const { tokens, number } = place;
  const client = useQueryClient();
  const query = useQuery({
    ...pageOptions(region, search, size, tokens[number - 1]),
    gcTime: isFollowing ? FOLLOWING_KEPT_MS : KEPT_MS,
    placeholderData: sameRegion(region),
  });
  const { isPlaceholderData, refetch } = query;
  // Where newer events could not be looked up, those of the same search stay.
  const before = useRef<Newest>(undefined);
  const newest = `${name} ${size}`;
  const isSame = before.current?.name === newest;
  const isKept = query.isError && number === 1 && isSame;
  const data = query.data ?? (isKept ? before.current?.page : undefined);
  useEffect(() => {
    if (!query.data || isPlaceholderData) return;
    const page = before.current?.name === newest ? before.current.page : undefined;
    before.current = { name: newest, page: number === 1 ? query.data : page };
  }, [query.data, isPlaceholderData, number, newest]);
  // The token of a page that stays is of an earlier search.
  const current = isPlaceholderData || isKept ? undefined : data;
  const next = current?.NextToken;
  usePrefetch(client, region, search, size, isFollowing ? undefined : next);
  const goTo = (to: number) => {
    const there = turned(place, current, to);
    if (there) setPlace(there);
  };
  const isOther = isPlaceholderData && !isSame;
  const isGone = useSlow(isOther);
  return {
    page: isGone ? undefined : data,
    total: isOther ? undefined : totalAt(place, data),
    number,
    known: Math.max(tokens.length, number + (next === undefined ? 0 : 1)),
    hasMore: number < tokens.length || next !== undefined,
    goTo,
    isLoading: query.isPending || isPlaceholderData,
    isOther,
    error: query.error,
    retry: useCallback(() => void refetch(), [refetch]),
  };
}

/** The search that was last shown, and its first page as it then was. */
interface Newest {
  name: string;
  page: SearchPage | undefined;
}

/** For so long a page is kept that is not shown: whoever comes back finds it. */
const KEPT_MS = 300_000;

/** The same while newer events are followed: a busy server has a page of them every few seconds. */
const FOLLOWING_KEPT_MS = 5_000;

/** How a page is asked for. A page of a search does not change: its times are fixed. */
export const pageOptions = (region: string, search: Search, size: number, token: string | undefined) =>
  queryOptions({
    queryKey: ["history", region, search, size, token ?? ""],
    queryFn: ({ signal }) =>
      fullPage(
        (MaxResults, from) =>
          searchHistory(region, { ...search, MaxResults, ...(from ? { NextToken: from } : {}) }, signal),
        size,
        token,
      ),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: KEPT_MS,
  });

/** Whoever stays on a page for a moment may turn it. */
const PREFETCH_AFTER_MS = 400;

function usePrefetch(
  client: QueryClient,
  region: string,
  search: Search,
  size: number,
  token: string | undefined,
) {
  useEffect(() => {
    if (token === undefined) return;
    const timer = setTimeout(
      () => void client.prefetchQuery(pageOptions(region, search, size, token)),
      PREFETCH_AFTER_MS,
    );
    return () => clearTimeout(timer);
  }, [client, region, search, size, token]);
}
