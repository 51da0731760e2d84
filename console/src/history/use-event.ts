import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { type EventItem, type SearchPage, searchHistory } from "../api/history";

const keyOf = (region: string, id: string) => ["event", region, id];

/** One event by its id; `null` where the history of the Region does not have it. An event never changes. */
export function useEvent(region: string, id: string) {
  const client = useQueryClient();
  return useQuery({
    queryKey: keyOf(region, id),
    queryFn: ({ signal }) => findEvent(region, id, signal),
    initialData: () => known(client, region, id),
    staleTime: (query) => (query.state.data ? Number.POSITIVE_INFINITY : 0),
  });
}

/** Finds one event by its id. */
export async function findEvent(region: string, id: string, signal?: AbortSignal): Promise<EventItem | null> {
  const search = { Filters: [{ Field: "EventId" as const, Operator: "Equals" as const, Values: [id] }] };
  const page = await searchHistory(region, { ...search, MaxResults: 1 }, signal);
  return page.Events[0] ?? null;
}

/** The event as a page of a table has it, which was shown a moment ago. */
function known(client: QueryClient, region: string, id: string): EventItem | undefined {
  for (const [, page] of client.getQueriesData<SearchPage>({ queryKey: ["history", region] })) {
    const event = page?.Events?.find(({ EventId }) => EventId === id);
    if (event) return event;
  }
  return undefined;
}

export { keyOf as eventKey };
