import type { Filter } from "../api/history";
import { eventsPath } from "../history/search-query";
import { href } from "../shell/href";

/** The address of the event history with filters and a time, in seconds since 1970; both ends belong to it. */
export function eventsHref(filters: Filter[], from: number, to: number): string {
  return href(eventsPath({ filters, range: { type: "absolute", from: instant(from), to: instant(to) } }));
}

const instant = (second: number) => new Date(second * 1000).toISOString();
