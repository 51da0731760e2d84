import type { SearchPage } from "../api/history";

/** Asks for a page of so many events at most, from a token on. */
export type Ask = (count: number, token: string | undefined) => Promise<SearchPage>;

/** A page that is not full is made fuller for so long; then what was found is shown. */
const PATIENCE_MS = 2_500;

/**
 * Asks until a page is full or nothing is left. A search for something rare stops on its way to tell how far it came;
 * nobody wants to turn empty pages meanwhile.
 */
export async function fullPage(
  ask: Ask,
  size: number,
  token: string | undefined,
  now: () => number = () => performance.now(),
): Promise<SearchPage> {
  const begun = now();
  const first = await ask(size, token);
  const events = [...first.Events];
  let last = first;
  while (last.NextToken !== undefined && events.length < size && now() - begun < PATIENCE_MS) {
    last = await ask(size - events.length, last.NextToken);
    events.push(...last.Events);
  }
  return {
    Events: events,
    ...(last.NextToken === undefined ? {} : { NextToken: last.NextToken }),
    ...(first.Total ? { Total: first.Total } : {}),
    ...(last.SearchedBackTo === undefined ? {} : { SearchedBackTo: last.SearchedBackTo }),
  };
}
