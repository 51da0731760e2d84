import type { TrailHealth } from "../api/trails";

/** The age at which waiting events are worth a warning, seconds: files go out every few minutes. */
const LATE_SECONDS = 15 * 60;

/** Says how a trail fares. */
export function stateOf({ IsLogging, LagSeconds, Destinations }: TrailHealth): {
  type: "success" | "stopped" | "error" | "warning";
  words: string;
} {
  const failing = Destinations.filter(({ Error: code }) => code);
  const [first] = failing;
  if (first) {
    const others = failing.length > 1 ? ` and ${failing.length - 1} more` : "";
    return { type: "error", words: `${first.Kind}: ${first.Error}${others}` };
  }
  if (!IsLogging) return { type: "stopped", words: "Not logging" };
  return LagSeconds > LATE_SECONDS
    ? { type: "warning", words: "Late" }
    : { type: "success", words: "Delivers" };
}
