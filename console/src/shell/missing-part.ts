import { useCallback, useEffect, useRef, useState } from "react";
import { sendUnsigned } from "../api/call";

/** Whether a part of the console could not be loaded: the server was renewed since it was opened, or is gone. */
export const isMissingPart = (error: unknown): boolean =>
  error instanceof Error && /dynamically imported module|module script|preload CSS/i.test(error.message);

/** Not sooner than this is loaded anew by itself what was: a part that is missing for good would do it for ever. */
const AGAIN_AFTER_MS = 60_000;

const KEY = "cairn.renewed";

/** Whether the console may be loaded anew by itself, as it was last at a time (milliseconds since 1970). */
export const mayReload = (last: string | null, now: number): boolean =>
  !(Number(last) > now - AGAIN_AFTER_MS);

/**
 * What is to be told of an error that took the place of a page; `undefined` while that is found out. Where a part of
 * the console is missing the server is asked: does it answer, it was renewed, and the console is loaded anew.
 */
export function useBroken(error: unknown): { told: unknown; again: () => void } {
  const [told, setTold] = useState<unknown>();
  const isGone = useRef(false);
  const look = useCallback(async (isAsked: boolean) => {
    setTold(undefined);
    try {
      await sendUnsigned(import.meta.env.BASE_URL, { cache: "no-store" });
    } catch (refusal) {
      return setTold(refusal);
    }
    // Somebody may have gone to another page meanwhile, which would lose what is typed there.
    if (isGone.current) return;
    if (isAsked || remember()) window.location.reload();
    else setTold(new Error("A part of the console is missing. The server may be about to be renewed."));
  }, []);
  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
    };
  }, []);
  useEffect(() => {
    if (isMissingPart(error)) void look(false);
    else setTold(error);
  }, [error, look]);
  return { told, again: () => void look(true) };
}

/** Remembers that the console is loaded anew; tells whether it may be. */
function remember(): boolean {
  try {
    if (!mayReload(window.sessionStorage.getItem(KEY), Date.now())) return false;
    window.sessionStorage.setItem(KEY, String(Date.now()));
    return true;
  } catch {
    // Without storage nothing tells how often it was done.
    return false;
  }
}
