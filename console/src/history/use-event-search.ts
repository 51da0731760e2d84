import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useSearchParams } from "react-router";
import { type EventSearch, readSearch, writeSearch } from "./search-query";

/** Members of the address that are not of the search. */
const KEPT = ["region", "live"];

/** The search that the address tells, and a way to another; going back leads to the one before. */
export function useEventSearch(): [EventSearch, (change: Partial<EventSearch>) => void] {
  const [query, setQuery] = useSearchParams();
  const address = query.toString();
  const told = useMemo(() => readSearch(new URLSearchParams(address)), [address]);
  // The address follows a little later: until then, what was chosen counts.
  const [chosen, setChosen] = useState<{ address: string; search: EventSearch }>();
  const search = chosen?.address === address ? chosen.search : told;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another address was reached, perhaps by going back
  useEffect(() => setChosen(undefined), [address]);
  const latest = useRef(search);
  useEffect(() => {
    latest.current = search;
  }, [search]);
  const change = useCallback(
    (part: Partial<EventSearch>) => {
      const next = { ...latest.current, ...part };
      latest.current = next;
      setChosen({ address, search: next });
      setQuery(withKept(writeSearch(next), new URLSearchParams(address)));
    },
    [address, setQuery],
  );
  return [search, change];
}

function withKept(next: URLSearchParams, before: URLSearchParams): URLSearchParams {
  for (const name of KEPT) {
    const value = before.get(name);
    if (value !== null) next.set(name, value);
  }
  return next;
}
