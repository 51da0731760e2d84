import LiveRegion from "@cloudscape-design/components/live-region";
import { type MouseEvent, type ReactNode, useEffect, useRef } from "react";
import { useLocation, useNavigation } from "react-router";
import { namesOf, useFrame } from "./frame-parts";
import styles from "./shell.module.css";
import { useKeptFocus } from "./use-kept-focus";

/** Where a page is shown. After a change of page it has the focus, and the page's name is told. */
export function PagePlace({ children }: { children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  const { pathname } = useLocation();
  const entered = useRef(pathname);
  const isLeaving = useNavigation().state === "loading";
  const { crumbs } = useFrame();
  useKeptFocus(place);
  useEffect(() => {
    if (entered.current === pathname) return;
    entered.current = pathname;
    // A page may have chosen a field of its own.
    if (!place.current?.contains(document.activeElement)) place.current?.focus({ preventScroll: true });
  }, [pathname]);
  return (
    <div id="page" ref={place} tabIndex={-1} aria-busy={isLeaving} className={styles.page}>
      <LiveRegion hidden>{namesOf(crumbs).join(", ")}</LiveRegion>
      {children}
    </div>
  );
}

/** The first thing that the Tab key reaches: past everything that is the same on every page. */
export function SkipLink() {
  const skip = (event: MouseEvent) => {
    event.preventDefault();
    document.getElementById("page")?.focus();
  };
  return (
    // biome-ignore lint/a11y/useValidAnchor: it leads to a place in the page
    <a href="#page" className={styles.skip} onClick={skip}>
      Skip to the page
    </a>
  );
}
