import { useMemo } from "react";
import { type TimeWords, useTime } from "../shell/time";
import type { Clock } from "./sentences";

/** How minutes are said, in the zone that the visitor chose. */
export function useClock(): Clock {
  const words = useTime();
  return useMemo(() => clockOf(words), [words]);
}

export const clockOf = (words: TimeWords): Clock => ({
  minute: (second) => words.short(second).slice(0, 16),
  time: (second) => words.clock(second),
  zone: (second) => words.zoneName(second),
});
