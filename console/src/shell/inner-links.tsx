import { type MouseEvent, type ReactNode, useCallback } from "react";
import { useNavigate } from "react-router";
import { pathWithin } from "./href";

/** Lets every plain link inside lead to its page without loading the console anew. */
export function InnerLinks({ children }: { children: ReactNode }) {
  const navigate = useNavigate();
  const follow = useCallback(
    (event: MouseEvent) => {
      const path = innerPathOf(event);
      if (path === undefined) return;
      event.preventDefault();
      navigate(path);
    },
    [navigate],
  );
  // biome-ignore lint/a11y/noStaticElementInteractions: the links inside are what is clicked
  // biome-ignore lint/a11y/useKeyWithClickEvents: Enter on a link is a click
  return <div onClick={follow}>{children}</div>;
}

function innerPathOf(event: MouseEvent): string | undefined {
  if (event.defaultPrevented || event.button !== 0) return undefined;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return undefined;
  const link = (event.target as Element).closest?.("a[href]");
  if (!(link instanceof HTMLAnchorElement) || link.target === "_blank" || link.hasAttribute("download")) {
    return undefined;
  }
  return pathWithin(link.href);
}
