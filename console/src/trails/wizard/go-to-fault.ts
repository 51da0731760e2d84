import { type RefObject, useEffect, useRef, useState } from "react";

/** Marks what is not right and is no field, to be found by `useGoToFault`. */
export const FAULT = { "data-fault": "" };

/** A field that is not right, what is said below several of them, or whatever is marked. */
const FAULTS = "[aria-invalid=true], [id$='-error'], [data-fault]";

/**
 * Brings what is not right into sight, and the focus there: a page of the wizard is longer than a screen, and the
 * button that was pressed is at its end. Gives where to look, and a way to ask for it once a step is shown.
 */
export function useGoToFault(active: number): [RefObject<HTMLDivElement | null>, (step: number) => void] {
  const page = useRef<HTMLDivElement>(null);
  const [wanted, setWanted] = useState<number>();
  useEffect(() => {
    if (wanted !== active) return;
    setWanted(undefined);
    const fault = page.current?.querySelector<HTMLElement>(FAULTS);
    if (!fault) return;
    // Words can't be focused by themselves.
    if (fault.tabIndex < 0) fault.tabIndex = -1;
    fault.scrollIntoView({ block: "center" });
    fault.focus({ preventScroll: true });
  }, [wanted, active]);
  return [page, setWanted];
}
