import type { Draft } from "./draft";

/** What was entered, and what it was entered over: the trail as it was, or what a new one begins with. */
export interface Kept {
  base: Draft;
  draft: Draft;
}

/** Changes with the shape of drafts: what an older console kept is forgotten. */
const VERSION = 2;

/** Where it is kept: for one principal, of a trail by its ARN, or of a new one. */
export const draftKey = (principal: string, trail: string | undefined): string =>
  `cairn.trail-draft.${VERSION}.${principal} ${trail ?? "new"}`;

/** What was entered in this tab, for a page that is loaded again or come back to, also after another sign-in. */
export function keptDraft(key: string): Kept | undefined {
  try {
    return readKept(sessionStorage.getItem(key));
  } catch {
    return undefined;
  }
}

export function keepDraft(key: string, kept: Kept): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(kept));
  } catch {
    // A browser that stores nothing forgets.
  }
}

export function forgetDraft(key: string): void {
  try {
    sessionStorage.removeItem(key);
  } catch {
    // It has kept nothing either.
  }
}

/** Reads what was kept; nothing where it is no draft. */
export function readKept(text: string | null): Kept | undefined {
  try {
    const read = JSON.parse(text ?? "null") as Partial<Kept> | null;
    return isDraft(read?.base) && isDraft(read?.draft) ? { base: read.base, draft: read.draft } : undefined;
  } catch {
    return undefined;
  }
}

const isDraft = (read: Partial<Draft> | undefined): read is Draft =>
  typeof read?.name === "string" && Boolean(read.selectors);

/**
 * What was entered, over what a trail is by now: what somebody else changed of it meanwhile, and was not touched here,
 * stays as it is.
 */
export function enteredOver({ base, draft }: Kept, now: Draft): Draft {
  const touched = (Object.keys(now) as (keyof Draft)[]).filter((part) => !isSame(draft[part], base[part]));
  return { ...now, ...Object.fromEntries(touched.map((part) => [part, draft[part]])) };
}

export const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
