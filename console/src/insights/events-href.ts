import type { Filter } from "../api/history";
import { href } from "../shell/href";

/** The events to show: filters that all hold, and a time. */
export interface Shown {
  filters?: Filter[];
  /** Seconds since 1970. */
  from?: number;
  to?: number;
}

/** The address of the event history with these filters. */
export function eventsHref({ filters = [], from, to }: Shown): string {
  const query = new URLSearchParams();
  if (filters.length > 0) query.set("filters", JSON.stringify(filters));
  if (from !== undefined) query.set("start", instant(from));
  if (to !== undefined) query.set("end", instant(to));
  return href(`/events?${query}`);
}

const instant = (second: number) => new Date(second * 1000).toISOString().replace(".000Z", "Z");
