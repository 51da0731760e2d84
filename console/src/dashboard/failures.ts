import type { Filter, Ranked, Summary } from "../api/history";

/** What failed, and what of it was denied: the figures of a summary count the same. */
export const FAILED: Filter = { Field: "Outcome", Operator: "Equals", Values: ["failed"] };
export const DENIED: Filter = { Field: "Outcome", Operator: "Equals", Values: ["denied"] };

/** Stands for what failed without a code, as sign-ins do. */
export const NO_CODE = "";

/** The most codes that a summary tells. */
const CODES_MAX = 10;

/** The codes of what failed, most frequent first, and among them what has none, where all codes are told. */
export function codesOf({
  Failed,
  Top,
}: Pick<Summary, "Failed"> & { Top: Pick<Summary["Top"], "ErrorCode"> }) {
  const Count = Failed - Top.ErrorCode.reduce((sum, { Count }) => sum + Count, 0);
  if (Count <= 0 || Top.ErrorCode.length >= CODES_MAX) return Top.ErrorCode;
  const rows: Ranked[] = [...Top.ErrorCode, { Value: NO_CODE, Count }];
  return rows.sort((one, other) => other.Count - one.Count);
}

/** What finds the events of a row of `codesOf`. */
export const codeFilters = (code: string): Filter[] =>
  code === NO_CODE
    ? [FAILED, { Field: "ErrorCode", Operator: "NotExists" }]
    : [{ Field: "ErrorCode", Operator: "Equals", Values: [code] }];

export const codeInWords = (code: string): string => (code === NO_CODE ? "No code" : code);
