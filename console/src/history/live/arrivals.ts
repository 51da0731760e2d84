import type { Counted } from "../counted";

/** How many new events came, and whether there were more than could be counted. */
export interface Arrivals {
  count: number;
  isMore: boolean;
}

export const NO_ARRIVALS: Arrivals = { count: 0, isMore: false };

/**
 * Whether a page has no event any more that was there at first, and there are older ones: below it others may have come
 * that no page showed, so that they have to be counted elsewhere.
 */
export const isOverrun = (shown: readonly string[], first: ReadonlySet<string>, hasOlder: boolean): boolean =>
  hasOlder && shown.length > 0 && !shown.some((id) => first.has(id));

/**
 * How many came, by counts of the events since the same moment: when it began, and now. Never fewer than before, and
 * than are shown as new.
 */
export function recounted(
  before: Arrivals,
  unseen: number,
  base: Counted | undefined,
  now: Counted | undefined,
): Arrivals {
  const atLeast = Math.max(before.count, unseen);
  if (!base || !now) return { count: atLeast, isMore: true };
  const isMore = base.CountedBackTo !== undefined || now.CountedBackTo !== undefined;
  return { count: Math.max(atLeast, now.Total - base.Total), isMore };
}
