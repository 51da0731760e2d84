import { useEffect } from "react";
import { Refusal } from "../../api/call";
import { isFinal } from "./use-tail";

/** So long after the history did not answer it is asked again. */
const RETRY_MS = 2_000;

/**
 * Asks again for what could not be shown, while new events are followed: nobody sits there to press a button. Before a
 * connection stands there is nobody to ask.
 */
export function useRetry(isConnected: boolean, error: unknown, retry: () => void): void {
  // Each refusal is an error of its own, also where the page keeps what it shows: after each it is asked again.
  useEffect(() => {
    if (!isConnected || !mayPass(error)) return;
    const timer = setTimeout(retry, RETRY_MS);
    return () => clearTimeout(timer);
  }, [isConnected, error, retry]);
}

/** Whether there is an error, and one that the same call may not meet again: what is denied or wrong stays so. */
export const mayPass = (error: unknown): boolean =>
  error !== null && !(error instanceof Refusal && isFinal(error));
