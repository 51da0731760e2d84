import type { SearchPage } from "../../api/history";

const COUNT = new Intl.NumberFormat("en-US");

/** What stands beside the heading: `(1,234)`, `(2/1,234)` with some selected, `(10,000+)` where it is not counted out. */
export function counterOf(total: SearchPage["Total"], selected: number): { counter?: string } {
  if (!total) return selected > 0 ? { counter: `(${selected} selected)` } : {};
  const whole = `${COUNT.format(total.Count)}${total.Exact ? "" : "+"}`;
  return { counter: selected > 0 ? `(${selected}/${whole})` : `(${whole})` };
}

/** How many events match, for the filter. */
export function countText(total: SearchPage["Total"], shown: number, hasMore: boolean): string {
  const count = total?.Count ?? shown;
  const isAll = total ? total.Exact : !hasMore;
  const matches = count === 1 && isAll ? "match" : "matches";
  return `${COUNT.format(count)}${isAll ? "" : "+"} ${matches}`;
}
