import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import { type EventSearch, readSearch, writeSearch } from "./search-query";

/** Members of the address that are not of the search. */
const KEPT = ["region", "live"];

/** The search that the address tells, and a way to another; going back leads to the one before. */
export function useEventSearch(): [EventSearch, (change: Partial<EventSearch>) => void] {
  const [query, setQuery] = useSearchParams();
  const address = query.toString();
  const search = useMemo(() => readSearch(new URLSearchParams(address)), [address]);
  const change = useCallback(
    (part: Partial<EventSearch>) =>
      setQuery((before) => {
        const next = writeSearch({ ...readSearch(before), ...part });
        for (const name of KEPT) {
          const value = before.get(name);
          if (value !== null) next.set(name, value);
        }
        return next;
      }),
    [setQuery],
  );
  return [search, change];
}
