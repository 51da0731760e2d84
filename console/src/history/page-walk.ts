import type { SearchPage } from "../api/history";

/** Where somebody is in the pages of a search. */
export interface Place {
  /** The search that it belongs to. */
  walk: string;
  /** Of the pages that can be gone to; the first needs none. */
  tokens: (string | undefined)[];
  /** From 1. */
  number: number;
  /** How many events match, as the first page told: it may be forgotten by the time another one is shown. */
  total?: SearchPage["Total"];
}

export const startOf = (walk: string): Place => ({ walk, tokens: [undefined], number: 1 });

/** How many events match, as far as is known where `page` is shown. */
export const totalAt = ({ number, total }: Place, page: SearchPage | undefined): SearchPage["Total"] =>
  number === 1 ? page?.Total : total;

/** Goes to a page from where `page` is shown; `undefined` where there is no way yet. */
export function turned(place: Place, page: SearchPage | undefined, to: number): Place | undefined {
  const { walk, tokens, number } = place;
  const next = page?.NextToken;
  const reached = next === undefined || number < tokens.length ? tokens : [...tokens, next];
  if (to < 1 || to > reached.length) return undefined;
  const total = totalAt(place, page);
  return { walk, tokens: reached, number: to, ...(total ? { total } : {}) };
}
