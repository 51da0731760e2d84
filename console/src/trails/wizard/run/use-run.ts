import { useCallback, useRef, useState } from "react";
import { type Made, perform } from "../perform";
import type { Step } from "../plan";

/** How far a plan has come. */
export interface Run {
  steps: Step[];
  /** How many of them are done. */
  done: number;
  /** Whether it goes on by itself: with its next step, or with the trail's page once all are done. */
  busy: boolean;
  error?: unknown;
}

export interface Runner {
  run: Run | undefined;
  /** Does the steps of a plan one after the other; tells whether all are done. */
  begin: (steps: Step[]) => Promise<boolean>;
  /** Goes on with the step that failed. */
  resume: () => Promise<boolean>;
  dismiss: () => void;
}

export function useRun(): Runner {
  const [run, setRun] = useState<Run>();
  const made = useRef<Made>({});
  const proceed = useCallback(async (steps: Step[], from: number) => {
    for (const [index, step] of steps.entries()) {
      if (index < from) continue;
      setRun({ steps, done: index, busy: true });
      try {
        await perform(step, made.current);
      } catch (error) {
        setRun({ steps, done: index, busy: false, error });
        return false;
      }
    }
    setRun({ steps, done: steps.length, busy: true });
    return true;
  }, []);
  return {
    run,
    begin: useCallback((steps) => proceed(steps, 0), [proceed]),
    resume: () => (run ? proceed(run.steps, run.done) : Promise.resolve(false)),
    dismiss: useCallback(() => setRun(undefined), []),
  };
}

/** Whether a trail was made, though what comes after failed. */
export const hasMadeTrail = ({ steps, done }: Run): boolean =>
  steps.slice(0, done).some((step) => step.kind === "call" && step.operation === "CreateTrail");
