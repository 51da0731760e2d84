import type { Found } from "../../api/insights";
import type { Sensitivity } from "../told";

const LEVELS: Sensitivity[] = ["low", "medium", "high"];

export interface FoundRow extends Found {
  id: string;
  /** Seconds since 1970. */
  began: number;
  /** Minutes; undefined where it went on. */
  lasted: number | undefined;
  usual: number;
  happened: number;
}

/** Those that are found at a sensitivity, the newest first: each sensitivity has its own, the others' among them. */
export function foundAt(found: Found[], level: Sensitivity): FoundRow[] {
  return found
    .filter(({ sensitivity }) => sensitivity === level)
    .map(rowOf)
    .sort((a, b) => b.began - a.began || (a.id < b.id ? -1 : 1));
}

/** How many there are at each sensitivity. */
export const countsOf = (found: Found[]): [Sensitivity, number][] =>
  LEVELS.map((level) => [level, foundAt(found, level).length]);

function rowOf(found: Found): FoundRow {
  const began = Date.parse(found.start) / 1000;
  const rate = ({ minutes, calls }: { minutes: number; calls: number }) => (minutes ? calls / minutes : 0);
  const lasted = found.end ? (Date.parse(found.end) / 1000 - began) / 60 : undefined;
  return {
    ...found,
    id: [found.eventSource, found.eventName, found.errorCode, found.start].join(" "),
    began,
    lasted,
    usual: rate(found.baseline),
    // Of what goes on no more is known than how it began.
    happened: rate(lasted ? { minutes: lasted, calls: found.calls } : found.opening),
  };
}
