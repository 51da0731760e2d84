import { useCallback, useSyncExternalStore } from "react";

/** Something that is remembered in this browser. */
export interface Preference<Value> {
  /** Unique in the console: `history.columns`. */
  key: string;
  /** Grows when values of before can't be read any more; they are forgotten then. */
  version: number;
  initial: Value;
  /** Whether what was stored is still a value. */
  accepts?: (value: unknown) => boolean;
}

/** The value of a preference, the same in every component and tab, and a way to change it. */
export function usePreference<Value>(preference: Preference<Value>): [Value, (value: Value) => void] {
  const value = useSyncExternalStore(subscribe, () => readPreference(preference));
  const change = useCallback((next: Value) => writePreference(preference, next), [preference]);
  return [value, change];
}

/** Reads a preference; gives the same object as long as it is unchanged. */
export function readPreference<Value>(preference: Preference<Value>): Value {
  const text = stored(preference.key);
  const known = cache.get(preference.key);
  if (known && known.text === text && known.version === preference.version) return known.value as Value;
  const value = parse(text, preference);
  cache.set(preference.key, { text, version: preference.version, value });
  return value;
}

export function writePreference<Value>(preference: Preference<Value>, value: Value): void {
  const text = JSON.stringify({ version: preference.version, value });
  cache.set(preference.key, { text, version: preference.version, value });
  unsaved.set(preference.key, text);
  try {
    window.localStorage.setItem(PREFIX + preference.key, text);
    unsaved.delete(preference.key);
  } catch {
    // Storage is full or forbidden: it is remembered until the tab closes.
  }
  for (const listener of listeners) listener();
}

const PREFIX = "cairn.";
const cache = new Map<string, { text: string | null; version: number; value: unknown }>();
const unsaved = new Map<string, string>();
const listeners = new Set<() => void>();

function stored(key: string): string | null {
  const text = unsaved.get(key);
  if (text !== undefined) return text;
  try {
    return window.localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}

function parse<Value>(text: string | null, { version, initial, accepts }: Preference<Value>): Value {
  if (text === null) return initial;
  try {
    const kept = JSON.parse(text) as { version?: unknown; value?: unknown };
    if (kept.version !== version || kept.value === undefined) return initial;
    return accepts && !accepts(kept.value) ? initial : (kept.value as Value);
  } catch {
    return initial;
  }
}

function subscribe(listener: () => void): () => void {
  const onStorage = (event: StorageEvent) => {
    if (event.key === null || event.key.startsWith(PREFIX)) listener();
  };
  listeners.add(listener);
  window.addEventListener("storage", onStorage);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", onStorage);
  };
}
