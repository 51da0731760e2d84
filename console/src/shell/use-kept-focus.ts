import { type RefObject, useEffect } from "react";

/**
 * Gives the focus to a place when what had it inside is gone, as a button is that did away with its own row: whoever
 * uses the keyboard goes on there, and not at the top of the document.
 */
export function useKeptFocus(place: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const root = place.current;
    if (!root) return;
    let last: EventTarget | null = null;
    const remember = (event: FocusEvent) => {
      last = event.target;
    };
    const look = () => {
      if (!(last instanceof Node) || last.isConnected) return;
      last = null;
      // A component may be about to give the focus to another part of itself.
      requestAnimationFrame(() => {
        if (document.activeElement === document.body) root.focus({ preventScroll: true });
      });
    };
    const watcher = new MutationObserver(look);
    root.addEventListener("focusin", remember);
    watcher.observe(root, { childList: true, subtree: true });
    return () => {
      root.removeEventListener("focusin", remember);
      watcher.disconnect();
    };
  }, [place]);
}
