/** The time that is looked at. */
export type Range =
  | { type: "relative"; amount: number; unit: Unit }
  /** ISO 8601, both ends belong to it. */
  | { type: "absolute"; from: string; to: string };

export type Unit = "minute" | "hour" | "day";

/** Event history keeps events for so long. */
export const DAYS_MAX = 90;

export const WHOLE: Range = { type: "relative", amount: DAYS_MAX, unit: "day" };

/** The ranges that are offered. */
export const PRESETS: readonly { amount: number; unit: Unit }[] = [
  { amount: 30, unit: "minute" },
  { amount: 1, unit: "hour" },
  { amount: 3, unit: "hour" },
  { amount: 12, unit: "hour" },
  { amount: 1, unit: "day" },
  { amount: 7, unit: "day" },
  { amount: DAYS_MAX, unit: "day" },
];

const SECONDS: Record<Unit, number> = { minute: 60, hour: 3600, day: 86_400 };
const LETTERS: Record<Unit, string> = { minute: "m", hour: "h", day: "d" };

/** Writes a range into the query of an address: `range=3h`, or `from=…&to=…`. */
export function writeRange(range: Range, query: URLSearchParams): void {
  if (range.type === "absolute") {
    query.set("from", range.from);
    query.set("to", range.to);
  } else if (!isWhole(range)) {
    query.set("range", `${range.amount}${LETTERS[range.unit]}`);
  }
}

/** Reads the range of an address; what makes no sense is the whole time. */
export function readRange(query: URLSearchParams): Range {
  const from = isoOf(query.get("from"));
  const to = isoOf(query.get("to"));
  if (from && to && from <= to) return { type: "absolute", from, to };
  const [, amount, letter] = /^(\d{1,5})([mhd])$/.exec(query.get("range") ?? "") ?? [];
  const unit = (Object.keys(LETTERS) as Unit[]).find((unit) => LETTERS[unit] === letter);
  if (!unit || !Number(amount)) return WHOLE;
  const range: Range = { type: "relative", amount: Number(amount), unit };
  return secondsOf(range) > DAYS_MAX * 86_400 ? WHOLE : range;
}

/** Whether it is all that the history keeps. */
export const isWhole = (range: Range): boolean =>
  range.type === "relative" && secondsOf(range) === DAYS_MAX * 86_400;

/** The length of a range. */
export function secondsOf(range: Range): number {
  if (range.type === "relative") return range.amount * SECONDS[range.unit];
  return (Date.parse(range.to) - Date.parse(range.from)) / 1000;
}

/**
 * The ends of a range as they are asked for. Those of a relative one are fixed by `now`, so that all pages are of the
 * same search; its begin is left out where it is all there is, for then it need not be cut.
 */
export function endsOf(range: Range, now: Date): { StartTime?: string; EndTime: string } {
  if (range.type === "absolute") return { StartTime: range.from, EndTime: range.to };
  const EndTime = now.toISOString();
  if (isWhole(range)) return { EndTime };
  return { StartTime: new Date(now.getTime() - secondsOf(range) * 1000).toISOString(), EndTime };
}

/** The range in words, to follow "in": `the last 3 hours`; `moment` writes the ends of an absolute one. */
export function rangeInWords(range: Range, moment: (at: string) => string): string {
  if (range.type === "absolute") return `the time from ${moment(range.from)} to ${moment(range.to)}`;
  return relativeInWords(range);
}

/** `the last hour`, `the last 90 days`. */
export const relativeInWords = ({ amount, unit }: { amount: number; unit: Unit }): string =>
  amount === 1 ? `the last ${unit}` : `the last ${amount} ${unit}s`;

function isoOf(text: string | null): string | undefined {
  const at = text ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}
