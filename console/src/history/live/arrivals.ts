import type { Counted } from "../counted";

/** How many new events came, and whether there were more than could be counted. */
export interface Arrivals {
  count: number;
  isMore: boolean;
}

export const NO_ARRIVALS: Arrivals = { count: 0, isMore: false };

/**
 * Whether a page has new events alone, and there are older ones: between it and the page before others may have come
 * that neither shows, so that they have to be counted elsewhere.
 */
export const isOverrun = (unseen: readonly string[], shown: readonly unknown[], hasOlder: boolean): boolean =>
  hasOlder && shown.length > 0 && unseen.length === shown.length;

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
