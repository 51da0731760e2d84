import { useCallback, useEffect, useRef, useState } from "react";
import { Refusal } from "../api/call";
import { validate } from "../api/trails";
import { begun, NEW, type Run, take } from "./run";

/** How often what was found is shown, milliseconds. */
const SHOW_MS = 200;

export interface Asked {
  trail: string;
  from: string;
  to: string;
  /** Of an organization's trail whose files are checked. */
  account?: string;
}

/** Runs validations; whoever leaves the page ends the one that runs. */
export function useValidation(region: string) {
  const [shown, setShown] = useState<Run>(NEW);
  const running = useRef<AbortController>(undefined);
  const stop = useCallback(() => running.current?.abort(), []);
  useEffect(() => stop, [stop]);
  const start = useCallback(
    async (asked: Asked) => {
      stop();
      const control = new AbortController();
      running.current = control;
      const run = begun(asked);
      const show = () => {
        if (running.current === control) setShown({ ...run, results: [...run.results] });
      };
      show();
      const timer = setInterval(show, SHOW_MS);
      const { trail: TrailARN, from: StartTime, to: EndTime, account } = asked;
      const input = { TrailARN, StartTime, EndTime, ...(account ? { AccountId: account } : {}) };
      try {
        for await (const line of validate(region, input, control.signal)) {
          if (line.Kind === "Refused") throw new Refusal(line.Code, line.Message, 400);
          take(run, line);
        }
        if (!run.ended) throw new Error("The answer broke off before the end. Validate again.");
      } catch (error) {
        run.state = control.signal.aborted ? "stopped" : "failed";
        run.error = control.signal.aborted ? undefined : error;
      } finally {
        clearInterval(timer);
        show();
      }
    },
    [region, stop],
  );
  return { run: shown, start, stop };
}
