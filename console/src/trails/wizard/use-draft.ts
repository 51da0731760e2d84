import { useEffect, useMemo, useState } from "react";
import type { Draft } from "./draft";
import { enteredOver, forgetDraft, isSame, keepDraft, keptDraft } from "./kept-draft";

export interface DraftInHand {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  /** Whether it has what was entered before the page was loaded. */
  isRestored: boolean;
  /** Lets go of what was entered, and begins with what there was. */
  beginAnew: () => void;
}

/** What is entered of a trail, which outlives its page in this tab until it is forgotten (`forgetDraft`). */
export function useDraft(initial: Draft, key: string): DraftInHand {
  const [restored] = useState(() => {
    const kept = keptDraft(key);
    const draft = kept && enteredOver(kept, initial);
    return draft && !isSame(draft, initial) ? draft : undefined;
  });
  const [held, setHeld] = useState({ base: initial, draft: restored ?? initial, isTouched: false });
  const [isRestored, setRestored] = useState(restored !== undefined);
  // Only what somebody enters is kept: not what the trail became meanwhile, be it by what was entered.
  useEffect(() => {
    if (held.isTouched) keepDraft(key, { base: held.base, draft: held.draft });
  }, [held, key]);
  const beginAnew = () => {
    setHeld({ base: initial, draft: initial, isTouched: false });
    setRestored(false);
    forgetDraft(key);
  };
  const change = (part: Partial<Draft>) =>
    setHeld((before) => ({
      base: initial,
      draft: { ...enteredOver(before, initial), ...part },
      isTouched: true,
    }));
  // The trail may be read again below what is entered, as after a new sign-in.
  const draft = useMemo(() => enteredOver(held, initial), [held, initial]);
  return { draft, change, isRestored, beginAnew };
}
