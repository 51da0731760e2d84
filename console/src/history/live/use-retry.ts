import { useEffect } from "react";
import { Refusal } from "../../api/call";

/** So long after the history did not answer it is asked again. */
const RETRY_MS = 2_000;

/**
 * Asks again for what could not be shown, while new events are followed: nobody sits there to press a button. Before a
 * connection stands there is nobody to ask, and what is denied stays so.
 */
export function useRetry(isConnected: boolean, error: unknown, retry: () => void): void {
  const isWorthIt = isConnected && error !== null && !(error instanceof Refusal && error.isDenied);
  useEffect(() => {
    if (!isWorthIt) return;
    const timer = setTimeout(retry, RETRY_MS);
    return () => clearTimeout(timer);
  }, [isWorthIt, retry]);
}
