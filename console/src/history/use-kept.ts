import { useEffect, useState } from "react";
import { useLocation } from "react-router";

/**
 * State of a page that is there again when its place in the browser's history is come back to: whoever looks at an
 * event and goes back finds the table as it was left. `name` tells it from other state of the page.
 */
export function useKept<Value>(name: string, initial: () => Value): [Value, (value: Value) => void] {
  const { key } = useLocation();
  const place = `${key} ${name}`;
  const [value, setValue] = useState<Value>(() => (kept.has(place) ? (kept.get(place) as Value) : initial()));
  useEffect(() => keep(place, value), [place, value]);
  return [value, setValue];
}

const kept = new Map<string, unknown>();

/** The most that is kept; what was left longest ago is forgotten. */
const KEPT_MAX = 60;

function keep(place: string, value: unknown): void {
  kept.delete(place);
  kept.set(place, value);
  for (const oldest of kept.keys()) {
    if (kept.size <= KEPT_MAX) return;
    kept.delete(oldest);
  }
}
