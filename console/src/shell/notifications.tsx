import type { FlashbarProps } from "@cloudscape-design/components/flashbar";
import Flashbar from "@cloudscape-design/components/flashbar";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from "react";
import { useLocation } from "react-router";
import { aged, type Told, withItem } from "./told";

export interface Notification {
  type: "success" | "info" | "warning" | "error" | "in-progress";
  header?: ReactNode;
  content?: ReactNode;
  /** A button. */
  action?: ReactNode;
  /** Replaces the one of the same id; without one it is one more. */
  id?: string;
  /** Stays until it is taken away by its id. */
  lasting?: boolean;
}

export interface Notify {
  /** Tells something above the page; gives its id. */
  (notification: Notification): string;
  /** Takes one away. */
  dismiss: (id: string) => void;
}

const Telling = createContext<Notify | undefined>(undefined);
const Items = createContext<Told[]>([]);

/** Tells things above every page: `notify({ type: "success", content: "Trail main was created." })`. */
export function useNotify(): Notify {
  const notify = useContext(Telling);
  if (!notify) throw new Error("useNotify is used outside of Notifications");
  return notify;
}

/** Keeps what is told. Good news leaves with the second page after it, so that it outlives one redirect. */
export function Notifications({ children }: { children: ReactNode }) {
  const [items, setItems] = useState<Told[]>([]);
  const count = useRef(0);
  const { pathname } = useLocation();
  const notify = useMemo(() => {
    const tell = (notification: Notification) => {
      count.current += 1;
      const id = notification.id ?? `told-${count.current}`;
      setItems((before) => withItem(before, { ...notification, id, age: 0 }));
      return id;
    };
    const dismiss = (id: string) => setItems((before) => before.filter((item) => item.id !== id));
    return Object.assign(tell, { dismiss });
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a page was entered
  useEffect(() => setItems(aged), [pathname]);
  return (
    <Telling.Provider value={notify}>
      <Items.Provider value={items}>{children}</Items.Provider>
    </Telling.Provider>
  );
}

export function NotificationBar() {
  const items = useContext(Items);
  const { dismiss } = useNotify();
  if (!items.length) return null;
  return <Flashbar stackItems items={items.map((item) => flashOf(item, dismiss))} />;
}

function flashOf(item: Told, dismiss: (id: string) => void): FlashbarProps.MessageDefinition {
  const isBusy = item.type === "in-progress";
  return {
    id: item.id,
    type: item.type,
    loading: isBusy,
    header: item.header,
    content: item.content,
    action: item.action,
    dismissible: !item.lasting,
    dismissLabel: "Dismiss",
    onDismiss: () => dismiss(item.id),
    ariaRole: item.type === "error" || item.type === "warning" ? "alert" : "status",
  };
}
