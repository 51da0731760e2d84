import type { Range } from "../history/range";

/** A time that the dashboard can show. */
export interface TimeSpan {
  id: string;
  name: string;
  /** To follow "in": `the last hour`. */
  words: string;
  range: Range & { type: "relative" };
  hours: number;
  /** In how many parts the graph shows it. */
  buckets: number;
}

const DAY: TimeSpan = {
  id: "24h",
  name: "24 hours",
  words: "the last 24 hours",
  range: { type: "relative", amount: 1, unit: "day" },
  hours: 24,
  buckets: 48,
};

export const SPANS: readonly TimeSpan[] = [
  {
    id: "1h",
    name: "1 hour",
    words: "the last hour",
    range: { type: "relative", amount: 1, unit: "hour" },
    hours: 1,
    buckets: 30,
  },
  DAY,
  {
    id: "7d",
    name: "7 days",
    words: "the last 7 days",
    range: { type: "relative", amount: 7, unit: "day" },
    hours: 168,
    buckets: 56,
  },
  {
    id: "30d",
    name: "30 days",
    words: "the last 30 days",
    range: { type: "relative", amount: 30, unit: "day" },
    hours: 720,
    buckets: 60,
  },
];

export const spanOf = (id: string | null): TimeSpan => SPANS.find((span) => span.id === id) ?? DAY;

/** The ends of a span as they are asked for, in milliseconds: whole parts, the last of which goes on. */
export function endsOf({ hours, buckets }: TimeSpan, now: number): { from: number; to: number } {
  const length = hours * 3600e3;
  const part = length / buckets;
  const to = Math.ceil(now / part) * part;
  return { from: to - length, to };
}
