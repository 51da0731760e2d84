/** What a validation has found so far, line by line. */

import type { Severity, ValidationLine } from "../api/trails";

export type ResultState = "valid" | "warning" | "invalid" | "unchecked" | "gap";

/** A digest, a log file or a gap, as the table shows it. */
export interface Result {
  id: number;
  kind: "Digest" | "Log file" | "Backfill digest" | "Chain";
  state: ResultState;
  /** The key or its address; of a gap empty. */
  object: string;
  finding: string;
  /** ISO 8601: of a gap its begin. */
  time: string;
  /** Of a gap. */
  until?: string;
}

export interface Run {
  state: "new" | "running" | "ended" | "stopped" | "failed";
  asked?: { trail: string; from: string; to: string; account?: string };
  /** Whether the files lie in another S3 than Cairn's. */
  isElsewhere: boolean;
  digests: number;
  files: number;
  checkedBackTo?: string;
  /** In the order in which they were found; not all where there are very many. */
  results: Result[];
  counts: Record<ResultState, number>;
  /** Those that are counted, not kept. */
  unlisted: Record<ResultState, number>;
  ended?: Extract<ValidationLine, { Kind: "Ended" }>;
  error?: unknown;
}

const NONE: Record<ResultState, number> = { valid: 0, warning: 0, invalid: 0, unchecked: 0, gap: 0 };

export const NEW: Run = {
  state: "new",
  isElsewhere: false,
  digests: 0,
  files: 0,
  results: [],
  counts: NONE,
  unlisted: NONE,
};

/** A run that begins: nothing is found yet. */
export const begun = (asked?: Run["asked"]): Run => ({
  ...NEW,
  state: "running",
  ...(asked ? { asked } : {}),
  results: [],
  counts: { ...NONE },
  unlisted: { ...NONE },
});

/** The most valid objects, and the most others, that are kept. */
export const KEPT_MAX = 50_000;

/** Takes a line in. `run` is changed: a validation has very many lines. */
export function take(run: Run, line: ValidationLine): void {
  switch (line.Kind) {
    case "Begun":
      run.asked = { ...run.asked, trail: line.TrailARN, from: line.StartTime, to: line.EndTime };
      run.isElsewhere = line.Elsewhere ?? false;
      return;
    case "Progress":
      run.digests = line.Digests;
      run.files = line.Files;
      if (line.CheckedBackTo) run.checkedBackTo = line.CheckedBackTo;
      return;
    case "Ended":
      run.ended = line;
      run.state = "ended";
      return;
    case "Refused":
      return;
    default: {
      const result = { id: run.results.length, ...resultOf(line) };
      run.counts[result.state] += 1;
      const valid = Math.min(run.counts.valid, KEPT_MAX);
      const isKept =
        result.state === "valid" ? run.counts.valid <= KEPT_MAX : run.results.length - valid < KEPT_MAX;
      if (isKept) run.results.push(result);
      else run.unlisted[result.state] += 1;
    }
  }
}

const KINDS = { Digest: "Digest", LogFile: "Log file", Backfill: "Backfill digest" } as const;

function resultOf(line: Extract<ValidationLine, { Kind: "Digest" | "LogFile" | "Backfill" | "Gap" }>) {
  if (line.Kind === "Gap") {
    const { Finding: finding, StartTime: time, EndTime: until, Severity } = line;
    // Time for which there must be a digest is no mere gap.
    const state: ResultState = Severity === "invalid" || Severity === "unchecked" ? Severity : "gap";
    return { kind: "Chain", state, object: "", finding, time, until } as const;
  }
  const { Object: object, Finding: finding = "", Time: time = timeOfName(object) } = line;
  return { kind: KINDS[line.Kind], state: stateOf(line), object, finding, time };
}

/** The time that the name of a log file or a digest tells; empty where it tells none. */
function timeOfName(object: string): string {
  const name = /_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)?Z(_[^/]*)?\.json\.gz$/.exec(object);
  if (!name) return "";
  const [, year, month, day, hour, minute, second = "00"] = name;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
}

function stateOf({
  Valid,
  Severity,
  Finding,
}: {
  Valid: boolean;
  Severity?: Severity;
  Finding?: string;
}): ResultState {
  if (Severity === "unchecked") return "unchecked";
  if (!Valid) return "invalid";
  return Finding ? "warning" : "valid";
}

/** How far it has come, 0 to 1: it goes from the newest digest to the oldest. */
export function progressOf({ asked, checkedBackTo, state }: Run): number {
  if (state === "ended") return 1;
  if (!asked || !checkedBackTo) return 0;
  const [from, to, at] = [asked.from, asked.to, checkedBackTo].map((time) => Date.parse(time)) as [
    number,
    number,
    number,
  ];
  return to > from ? Math.max(0, Math.min(1, (to - at) / (to - from))) : 0;
}
