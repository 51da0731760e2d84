import { type FormEvent, useState } from "react";
import { Refusal } from "../api/call";
import { digitsOf, problemOf, type TwoCodes } from "./two-codes";

/** A form that sends two codes of a device, one after the other. */
export function useTwoCodes(send: (codes: TwoCodes) => Promise<unknown>, onDone: () => void) {
  const [codes, setCodes] = useState<TwoCodes>(["", ""]);
  const [tried, setTried] = useState(false);
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    setError(undefined);
    if (busy || problemOf(codes)) return;
    setBusy(true);
    try {
      await send(digitsOf(codes));
      onDone();
    } catch (refusal) {
      setError(refusal);
      setTried(false);
      setCodes(["", ""]);
      setBusy(false);
    }
  };
  const isWrong = error instanceof Refusal && error.code === "InvalidAuthenticationCode";
  return {
    codes,
    setCodes,
    busy,
    submit,
    /** Why the codes can't be sent. */
    problem: tried ? problemOf(codes) : undefined,
    /** Whether they were, and are not the device's. */
    isWrong,
    /** What else was refused. */
    error: isWrong ? undefined : error,
  };
}

export type TwoCodesForm = ReturnType<typeof useTwoCodes>;
