import { type RefObject, useEffect } from "react";

/**
 * Gives a field of a dialog the focus once it is open, from within the dialog. The dialog itself would give it to the
 * button that closes it; and a field with `autoFocus` takes it too early: the dialog then does not know whither to give
 * it back.
 */
export function DialogFocus({ field }: { field: RefObject<{ focus: () => void } | null> }) {
  useEffect(() => {
    // The dialog is around this, and has its turn after it.
    queueMicrotask(() => field.current?.focus());
  }, [field]);
  return null;
}
