import Box from "@cloudscape-design/components/box";
import Modal from "@cloudscape-design/components/modal";
import { useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { PAGES } from "./pages";
import { usePreferences } from "./preferences";
import styles from "./shell.module.css";
import { shortcutOf } from "./shortcuts";

const FORGOTTEN_AFTER_MS = 1500;

/** Listens to single keys: `/` to the filter, `g e` to the event history, `?` to the list of them. */
export function ShortcutKeys() {
  const [{ shortcuts }] = usePreferences();
  const [isListed, setListed] = useState(false);
  const navigate = useNavigate();
  const before = useRef({ key: "", at: 0 });
  useEffect(() => {
    if (!shortcuts) return;
    const listen = (event: KeyboardEvent) => {
      const known = event.timeStamp - before.current.at < FORGOTTEN_AFTER_MS ? before.current.key : "";
      const [shortcut, next] = shortcutOf(known, pressedIn(event));
      before.current = { key: next, at: event.timeStamp };
      if (!shortcut) return;
      event.preventDefault();
      if ("go" in shortcut) navigate(shortcut.go);
      else if (shortcut.do === "help") setListed(true);
      else focusFilter();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [shortcuts, navigate]);
  return (
    <Modal visible={isListed} onDismiss={() => setListed(false)} header="Keyboard shortcuts" size="small">
      <dl className={styles.keys}>
        <Row keys={["/"]} what="Go to the page's filter" />
        {PAGES.map(({ key, name }) => (
          <Row key={key} keys={["g", key]} what={`Go to ${name}`} />
        ))}
        <Row keys={["?"]} what="Show this list" />
      </dl>
      <Box variant="small" color="text-body-secondary">
        They can be turned off in the display settings.
      </Box>
    </Modal>
  );
}

function Row({ keys, what }: { keys: string[]; what: string }) {
  return (
    <div className={styles.row}>
      <dt>
        {keys.map((key) => (
          <kbd key={key} className={styles.key}>
            {key}
          </kbd>
        ))}
      </dt>
      <dd>{what}</dd>
    </div>
  );
}

function pressedIn(event: KeyboardEvent) {
  const target = event.target as HTMLElement | null;
  const typing =
    !!target?.closest(
      "input:not([type=checkbox]):not([type=radio]), textarea, select, [role=menu], [role=dialog]",
    ) || !!target?.isContentEditable;
  return { key: event.key, modified: event.ctrlKey || event.metaKey || event.altKey, typing };
}

function focusFilter(): void {
  const page = document.getElementById("page");
  const filter =
    page?.querySelector<HTMLElement>("[data-shortcut=filter] input") ??
    page?.querySelector<HTMLElement>("input[type=search], input[role=combobox], input[type=text]");
  filter?.focus();
}
