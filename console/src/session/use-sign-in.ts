import { useCallback, useRef, useState } from "react";
import { Refusal } from "../api/call";
import { readSession, type Session, signIn } from "../api/session";
import {
  type Entries,
  missing,
  NOTHING_ENTERED,
  type Outcome,
  outcomeOf,
  signInOf,
  withFreshCode,
} from "./sign-in-steps";

const AT_FIRST: Outcome = { step: "credentials", forget: [] };

/** What a sign-in form holds and does. */
export function useSignIn(start: Partial<Entries>, onSignedIn: (session: Session) => void) {
  const [entries, setEntries] = useState<Entries>({ ...NOTHING_ENTERED, ...start });
  const [outcome, setOutcome] = useState(AT_FIRST);
  const [busy, setBusy] = useState(false);
  const [lockedUntil, setLockedUntil] = useState<number>();
  const codeTypedAt = useRef(0);
  const change = useCallback((changed: Partial<Entries>) => {
    if (changed.code !== undefined) codeTypedAt.current = Date.now();
    setEntries((before) => ({ ...before, ...changed }));
  }, []);
  const submit = async () => {
    const errors = missing(outcome.step, entries);
    setOutcome(({ step }) => ({ step, errors, forget: [] }));
    if (Object.keys(errors).length) return;
    setBusy(true);
    try {
      const codeAgeMs = Date.now() - codeTypedAt.current;
      const session = await signIn(signInOf(withFreshCode(outcome.step, entries, codeAgeMs)));
      // A browser that keeps no cookie would be told on the next page that the session has ended, again and again.
      // Where this is not answered, the sign-in worked all the same.
      const kept = await readSession().catch(() => session);
      if (kept === null) throw new Refusal("NoCookie", "", 0);
      onSignedIn(session);
    } catch (error) {
      const next = outcomeOf(refusalOf(error), outcome.step);
      setOutcome(next);
      setEntries((before) => ({ ...before, ...Object.fromEntries(next.forget.map((field) => [field, ""])) }));
      if (next.lockedSeconds) setLockedUntil(Date.now() + next.lockedSeconds * 1000);
    } finally {
      setBusy(false);
    }
  };
  const startAgain = () => {
    setOutcome(AT_FIRST);
    change({ password: "", code: "", newPassword: "", repeated: "" });
  };
  return { entries, change, outcome, busy, lockedUntil, submit, startAgain };
}

export type SignInForm = ReturnType<typeof useSignIn>;

function refusalOf(error: unknown) {
  if (error instanceof Refusal) return error;
  return { code: "Unknown", message: error instanceof Error ? error.message : String(error) };
}
