import { useCallback, useEffect, useRef, useState } from "react";
import { type BacktestInput, backtest, type Found } from "../../api/insights";

/** How far a look back has come. */
export interface LookBack {
  state: "new" | "running" | "done" | "stopped" | "failed";
  /** Metrics that were looked at, and how many there are. */
  metrics: number;
  of: number;
  found: Found[];
  /** What was looked at, once it is done. */
  done?: { from: string; to: string; metrics: number };
  error?: unknown;
}

const NEW: LookBack = { state: "new", metrics: 0, of: 0, found: [] };

/** Looks for what would have been found in the past. Whoever leaves the page ends it. */
export function useBacktest(region: string) {
  const [lookBack, setLookBack] = useState(NEW);
  const running = useRef<AbortController>(undefined);
  const stop = useCallback(() => running.current?.abort(), []);
  useEffect(() => stop, [stop]);
  const run = useCallback(
    async (input: BacktestInput) => {
      stop();
      const control = new AbortController();
      running.current = control;
      let current: LookBack = { ...NEW, state: "running" };
      const tell = (change: Partial<LookBack>) => {
        current = { ...current, ...change };
        if (running.current === control) setLookBack(current);
      };
      tell({});
      try {
        for await (const line of backtest(region, input, control.signal)) {
          if ("progress" in line) tell(line.progress);
          else if ("found" in line) tell({ found: [...current.found, line.found] });
          else tell({ done: line.done, state: "done" });
        }
        if (current.state !== "done") throw new Error("The answer broke off. Look back again.");
      } catch (error) {
        tell(control.signal.aborted ? { state: "stopped" } : { state: "failed", error });
      }
    },
    [region, stop],
  );
  return { lookBack, run, stop };
}
