import { href } from "../shell/href";

/** The path of an event's page. The Region is told, for an event is in one alone. */
export const eventPath = (region: string, id: string): string =>
  `/events/${encodeURIComponent(id)}?region=${encodeURIComponent(region)}`;

export const eventHref = (region: string, id: string): string => href(eventPath(region, id));

/** The most events that are compared. */
export const COMPARED_MAX = 5;

export function comparePath(region: string, ids: readonly string[]): string {
  const query = new URLSearchParams({ region });
  for (const id of ids.slice(0, COMPARED_MAX)) query.append("id", id);
  return `/events/compare?${query}`;
}
