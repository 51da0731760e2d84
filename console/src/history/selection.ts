import type { EventItem } from "../api/history";

/** Events that were selected. They belong to a search: in another one, or another Region, nobody sees them. */
export interface Selection {
  walk: string;
  events: readonly EventItem[];
}

/** What is selected of a search. */
export const selectedOf = (selection: Selection, walk: string): readonly EventItem[] =>
  selection.walk === walk ? selection.events : [];

/** How many of the selected events are not shown. */
export function elsewhere(selected: readonly EventItem[], shown: readonly EventItem[]): number {
  const ids = new Set(shown.map(({ EventId }) => EventId));
  return selected.filter(({ EventId }) => !ids.has(EventId)).length;
}
