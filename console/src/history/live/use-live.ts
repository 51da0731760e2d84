import { useCallback, useEffect, useRef, useState } from "react";
import { type EventItem, searchHistory } from "../../api/history";
import type { EventRecord } from "../record";
import { type EventSearch, requestOf } from "../search-query";
import { isOwnLook, mayMatch } from "./matches";
import { type TailState, useTail } from "./use-tail";

/** What is looked at while events arrive. */
interface Watched {
  region: string;
  search: EventSearch;
  isOn: boolean;
  /** Whether the events of the newest page are shown, and shall be the newest. */
  isFollowing: boolean;
  /** The events that are shown. */
  shown: readonly EventItem[];
  /** Shows the newest. */
  refresh: () => void;
}

export interface Live {
  state: TailState;
  /** How many events came since it was turned on, or since they were looked at. */
  arrived: number;
  /** Whether there are more than were counted. */
  isMore: boolean;
  isNew: (event: EventItem) => boolean;
}

/** New events are asked for so soon after the first of them was recorded: more often come together. */
const WAIT_MS = 600;

/** The most new events that are counted while nobody follows. */
const COUNTED_MAX = 50;

/** Shows events as they arrive; counts them while the page is paused or an older one is shown. */
export function useLive(watched: Watched): Live {
  const { region, search, isOn, isFollowing, shown, refresh } = watched;
  const [arrived, setArrived] = useState(0);
  const [isMore, setMore] = useState(false);
  const [fresh, setFresh] = useState<ReadonlySet<string>>(NONE);
  const known = useRef<Set<string> | undefined>(undefined);
  const count = useCallback(async () => {
    const request = { ...requestOf(search, new Date()), MaxResults: COUNTED_MAX };
    const page = await searchHistory(region, request).catch(() => undefined);
    const ids = page?.Events.map(({ EventId }) => EventId) ?? [];
    const unseen = ids.filter((id) => known.current && !known.current.has(id));
    setArrived(unseen.length);
    setMore(unseen.length === COUNTED_MAX);
  }, [region, search]);
  const wake = useWake(isFollowing ? refresh : count);
  const state = useTail(region, isOn, (record: EventRecord) => {
    if (mayMatch(record, search) && !isOwnLook(record, navigator.userAgent)) wake();
  });
  // What is shown first is known; what comes later is new.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another search begins anew
  useEffect(() => {
    known.current = undefined;
    setArrived(0);
    setMore(false);
    setFresh(NONE);
  }, [isOn, region, search]);
  useEffect(() => {
    if (!isOn || !isFollowing || shown.length === 0) return;
    const before = known.current;
    known.current = new Set([...(before ?? []), ...shown.map(({ EventId }) => EventId)]);
    const unseen = before ? shown.filter(({ EventId }) => !before.has(EventId)) : [];
    if (unseen.length === 0) return;
    setArrived((so) => so + unseen.length);
    setFresh(new Set(unseen.map(({ EventId }) => EventId)));
  }, [isOn, isFollowing, shown]);
  const isNew = useCallback((event: EventItem) => fresh.has(event.EventId), [fresh]);
  return { state, arrived, isMore, isNew };
}

const NONE: ReadonlySet<string> = new Set();

/** Does something soon, once for all calls until then; and again a little later, for what was not yet indexed. */
function useWake(act: () => void): () => void {
  const latest = useRef(act);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    latest.current = act;
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback(() => {
    if (timer.current !== undefined) return;
    timer.current = setTimeout(() => {
      latest.current();
      timer.current = setTimeout(() => {
        timer.current = undefined;
        latest.current();
      }, WAIT_MS * 2);
    }, WAIT_MS);
  }, []);
}
