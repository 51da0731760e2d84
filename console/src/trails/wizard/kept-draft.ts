import type { Draft } from "./draft";

/** Changes with the shape of drafts: what an older console kept is forgotten. */
const VERSION = 1;

const keyOf = (account: string) => `cairn.new-trail.${VERSION}.${account}`;

/** What was entered for a new trail in this tab, for a page that is loaded again or come back to. */
export function keptDraft(account: string): Draft | undefined {
  try {
    return readDraft(sessionStorage.getItem(keyOf(account)));
  } catch {
    return undefined;
  }
}

export function keepDraft(account: string, draft: Draft | undefined): void {
  try {
    if (draft) sessionStorage.setItem(keyOf(account), JSON.stringify(draft));
    else sessionStorage.removeItem(keyOf(account));
  } catch {
    // A browser that stores nothing forgets.
  }
}

/** Reads what was kept; nothing where it is no draft. */
export function readDraft(text: string | null): Draft | undefined {
  try {
    const read = JSON.parse(text ?? "null") as Draft | null;
    return typeof read?.name === "string" && read.selectors ? read : undefined;
  } catch {
    return undefined;
  }
}
