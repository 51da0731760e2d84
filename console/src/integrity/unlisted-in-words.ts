import { count } from "../insights/words";
import type { ResultState, Run } from "./run";

/** The gravest first. */
const NAMES: [ResultState, string][] = [
  ["invalid", "invalid"],
  ["unchecked", "not checked"],
  ["gap", "gaps"],
  ["warning", "with a warning"],
  ["valid", "valid"],
];

/** `More are counted than listed: 5 invalid, 10 valid.` */
export function unlistedInWords(unlisted: Run["unlisted"]): string | undefined {
  const parts = NAMES.flatMap(([state, name]) =>
    unlisted[state] > 0 ? [`${count(unlisted[state])} ${name}`] : [],
  );
  return parts.length > 0 ? `More are counted than listed: ${parts.join(", ")}.` : undefined;
}
