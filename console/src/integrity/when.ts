import type { Asked } from "./use-validation";

/** Which time is checked. */
export interface When {
  id: string;
  /** Of `custom`: ISO 8601, UTC, whole minutes. */
  from: string;
  to: string;
}

export const WHENS = [
  { id: "1d", label: "The last 24 hours", days: 1 },
  { id: "7d", label: "The last 7 days", days: 7 },
  { id: "30d", label: "The last 30 days", days: 30 },
  { id: "90d", label: "The last 90 days", days: 90 },
  { id: "custom", label: "From and to", days: 0 },
] as const;

const FIRST = WHENS[0];

export function readWhen(search: URLSearchParams): When {
  const id = WHENS.find(({ id }) => id === search.get("range"))?.id ?? FIRST.id;
  return { id, from: search.get("from") ?? "", to: search.get("to") ?? "" };
}

/** What is wrong with the times that were chosen, in words; nothing where they make sense. */
export function wrongWhen(when: When, now: number): { from?: string; to?: string } {
  if (when.id !== "custom") return {};
  const [from, to] = [Date.parse(when.from), when.to ? Date.parse(when.to) : now];
  if (Number.isNaN(from)) return { from: "Choose a day." };
  if (from >= now) return { from: "This is in the future: nothing has been delivered then." };
  return from < to ? {} : { to: "This is not after the start." };
}

/** What the times begin with once they are chosen freely: those that were shown last. */
export function customOf(when: When, now: number): { from: string; to: string } {
  const days = WHENS.find(({ id }) => id === when.id)?.days ?? 0;
  const minute = Math.floor(now / 60_000) * 60_000;
  return when.from ? when : { from: instant(minute - days * 86_400_000), to: instant(minute) };
}

/** What is asked of the server; nothing where the times make no sense. */
export function askedOf(
  trail: string,
  when: When,
  account: string | undefined,
  now: number,
): Asked | undefined {
  const of = { trail, ...(account ? { account } : {}) };
  const days = WHENS.find(({ id }) => id === when.id)?.days ?? 0;
  if (days > 0) return { ...of, from: instant(now - days * 86_400_000), to: instant(now) };
  const [from, to] = [Date.parse(when.from), when.to ? Date.parse(when.to) : now];
  if (Number.isNaN(from) || Number.isNaN(to) || from >= Math.min(to, now)) return undefined;
  return { ...of, from: instant(from), to: instant(to) };
}

/** ISO 8601 without parts of seconds. */
export const instant = (at: number): string => new Date(at).toISOString().replace(/\.\d{3}Z$/, "Z");
