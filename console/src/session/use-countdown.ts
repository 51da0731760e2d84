import { useEffect, useState } from "react";

/** Seconds that are left until a time (milliseconds since 1970); 0 once it has come, or where there is none. */
export function useCountdown(until: number | undefined): number {
  const [now, setNow] = useState(() => Date.now());
  const left = until === undefined ? 0 : Math.max(0, Math.ceil((until - now) / 1000));
  const isRunning = until !== undefined && until > now;
  useEffect(() => {
    setNow(Date.now());
    if (!isRunning) return;
    const timer = window.setInterval(() => setNow(Date.now()), 500);
    return () => window.clearInterval(timer);
  }, [isRunning]);
  return left;
}
