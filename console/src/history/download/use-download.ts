import { useCallback, useEffect, useRef, useState } from "react";
import type { Search } from "../../api/history";
import { save } from "../../shell/save";
import { EVENTS_MAX, type Format, fetchFile } from "./fetch-file";

export type Download =
  | { state: "none" }
  | { state: "running"; events: number }
  | { state: "done"; bytes: number }
  | { state: "failed"; error: unknown };

/** Downloads events; leaving the page breaks it off. */
export function useDownload(region: string, search: Search) {
  const [download, setDownload] = useState<Download>({ state: "none" });
  const running = useRef<AbortController>(undefined);
  const cancel = useCallback(() => {
    running.current?.abort();
    running.current = undefined;
    setDownload({ state: "none" });
  }, []);
  useEffect(() => () => running.current?.abort(), []);
  const start = useCallback(
    async (format: Format) => {
      running.current?.abort();
      const leave = new AbortController();
      running.current = leave;
      setDownload({ state: "running", events: 0 });
      try {
        const tell = (events: number) =>
          setDownload({ state: "running", events: Math.min(events, EVENTS_MAX) });
        const file = await fetchFile(region, search, format, leave.signal, tell);
        if (leave.signal.aborted) return;
        save(file, `event_history_${region}.${format}`);
        setDownload({ state: "done", bytes: file.size });
      } catch (error) {
        if (!leave.signal.aborted) setDownload({ state: "failed", error });
      }
    },
    [region, search],
  );
  return { download, start, cancel };
}
