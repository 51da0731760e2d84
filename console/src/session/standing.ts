import type { Session } from "../api/session";

/** How the session of a page stands, after the server told whoever is signed in now. */
export type Standing =
  /** Nothing of it changed that matters, or it is the first that is known. */
  | "goes on"
  /** Nobody is signed in any more. */
  | "ended"
  /** Another principal is: signed in by another tab, switched to, or switched back from. */
  | "changed";

export function standingOf(known: Session | undefined, told: Session | null): Standing {
  if (!told) return known ? "ended" : "goes on";
  return !known || known.Principal.Arn === told.Principal.Arn ? "goes on" : "changed";
}
