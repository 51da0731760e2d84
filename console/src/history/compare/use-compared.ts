import { useQueries } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import type { EventItem } from "../../api/history";
import { COMPARED_MAX } from "../paths";
import { eventKey, findEvent } from "../use-event";

export interface Compared {
  events: EventItem[];
  /** Ids that the history of the Region does not have. */
  missing: string[];
  isPending: boolean;
  error: unknown;
  retry: () => void;
  /** Leaves an event out. */
  remove: (id: string) => void;
}

/** The events that the address names. */
export function useCompared(region: string): Compared {
  const [query, setQuery] = useSearchParams();
  const ids = [...new Set(query.getAll("id"))].slice(0, COMPARED_MAX);
  const found = useQueries({
    queries: ids.map((id) => ({
      queryKey: eventKey(region, id),
      queryFn: ({ signal }: { signal: AbortSignal }) => findEvent(region, id, signal),
    })),
  });
  const remove = (id: string) =>
    setQuery((before) => {
      const next = new URLSearchParams(before);
      next.delete("id");
      for (const kept of ids) if (kept !== id) next.append("id", kept);
      return next;
    });
  return {
    events: found.flatMap(({ data }) => (data ? [data] : [])),
    missing: ids.filter((_, at) => found[at]?.data === null),
    isPending: found.some(({ isPending }) => isPending),
    error: found.find(({ error }) => error)?.error ?? null,
    retry: () => {
      for (const one of found) if (one.error) void one.refetch();
    },
    remove,
  };
}
