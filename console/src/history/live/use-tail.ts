import { useCallback, useEffect, useRef, useState } from "react";
import { pageLines, Refusal } from "../../api/call";
import { useSession } from "../../session/session-gate";
import type { EventRecord } from "../record";

export type TailState =
  | { kind: "off" }
  | { kind: "connecting" }
  | { kind: "on" }
  | { kind: "refused"; error: Refusal };

/** A line of `/_cairn/tail?positions=true`; those without an event say that the connection lives. */
interface TailLine {
  next: number;
  event?: EventRecord;
}

const PAUSE_MS_MIN = 500;
const PAUSE_MS_MAX = 10_000;

/**
 * Follows events of the account and Region as they are recorded; goes on where it was when the connection breaks, and
 * when somebody whose session had ended signed in again.
 */
export function useTail(
  region: string,
  isOn: boolean,
  onRecord: (record: EventRecord) => void,
): [TailState, retry: () => void] {
  const [state, setState] = useState<TailState>({ kind: "off" });
  const [attempt, setAttempt] = useState(0);
  const { Csrf } = useSession();
  const told = useRef(onRecord);
  const reached = useRef<Reached>({ region });
  useEffect(() => {
    told.current = onRecord;
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another session has another token, and may be tried again
  useEffect(() => {
    if (!isOn) {
      reached.current = { region };
      return;
    }
    if (reached.current.region !== region) reached.current = { region };
    const leave = new AbortController();
    setState({ kind: "connecting" });
    void follow(reached.current, leave.signal, setState, (record) => told.current(record));
    return () => {
      leave.abort();
      setState({ kind: "off" });
    };
  }, [region, isOn, Csrf, attempt]);
  return [state, useCallback(() => setAttempt((before) => before + 1), [])];
}

/** How far a tail of a Region came: the position of the next event. */
interface Reached {
  region: string;
  next?: number;
}

async function follow(
  reached: Reached,
  signal: AbortSignal,
  tell: (state: TailState) => void,
  onRecord: (record: EventRecord) => void,
): Promise<void> {
  let pause = PAUSE_MS_MIN;
  while (!signal.aborted) {
    try {
      const from = reached.next === undefined ? "" : `&from=${reached.next}`;
      for await (const line of pageLines<TailLine>(
        reached.region,
        `/_cairn/tail?positions=true${from}`,
        undefined,
        signal,
      )) {
        if (signal.aborted) return;
        tell({ kind: "on" });
        pause = PAUSE_MS_MIN;
        reached.next = line.next;
        if (line.event) onRecord(line.event);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Refusal && isFinal(error)) {
        tell({ kind: "refused", error });
        return;
      }
    }
    if (signal.aborted) return;
    tell({ kind: "connecting" });
    await delay(pause, signal);
    pause = Math.min(pause * 2, PAUSE_MS_MAX);
  }
}

/** Whether the same would be refused again: whoever comes too often is let in a little later. */
export const isFinal = (error: Refusal): boolean =>
  error.status >= 400 && error.status < 500 && !error.isThrottled;

function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
