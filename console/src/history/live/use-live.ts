import { useCallback, useEffect, useRef, useState } from "react";
import { type EventItem, searchHistory } from "../../api/history";
import type { EventRecord } from "../record";
import { type EventSearch, requestOf } from "../search-query";
import { KnownEvents } from "./known-events";
import { isLook, mayMatch } from "./matches";
import { Pace } from "./pace";
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
  /** Whether they are those of the search, and not of one before. */
  isSettled: boolean;
  /** Shows the newest. */
  refresh: () => void;
}

export interface Live {
  state: TailState;
  /** How many events came while they were followed. */
  arrived: number;
  /** How many came since nobody follows; `isMore` where there are more than were counted. */
  waiting: number;
  isMore: boolean;
  isNew: (event: EventItem) => boolean;
}

/** The most new events that are counted while nobody follows. */
const COUNTED_MAX = 50;

/** Shows events as they arrive; counts them while the page is paused or an older one is shown. */
export function useLive(watched: Watched): Live {
  const { region, search, isOn, isFollowing, shown, isSettled, refresh } = watched;
  const [arrived, setArrived] = useState(0);
  const [waiting, setWaiting] = useState(0);
  const [fresh, setFresh] = useState<ReadonlySet<string>>(NONE);
  const known = useRef<{ search: EventSearch; events: KnownEvents }>(undefined);
  const count = useCallback(async () => {
    const request = { ...requestOf(search, new Date()), MaxResults: COUNTED_MAX };
    const page = await searchHistory(region, request).catch(() => undefined);
    if (page) setWaiting(known.current?.events.missed(page.Events.map(({ EventId }) => EventId)) ?? 0);
  }, [region, search]);
  const wake = useWake(isFollowing ? refresh : count);
  const state = useTail(region, isOn, (record: EventRecord) => {
    if (mayMatch(record, search) && !isLook(record, navigator.userAgent)) wake();
  });
  // What is shown first of a search is known; what comes later is new.
  useEffect(() => {
    if (!isOn || !isFollowing || !isSettled) return;
    const before = known.current?.search === search ? known.current.events : undefined;
    const events = before ?? new KnownEvents();
    known.current = { search, events };
    const learnt = events.learn(shown.map(({ EventId }) => EventId));
    const unseen = before ? learnt : [];
    setWaiting(0);
    if (before && unseen.length === 0) return;
    setArrived((so) => (before ? so + unseen.length : 0));
    setFresh(new Set(unseen));
  }, [isOn, isFollowing, isSettled, shown, search]);
  useEffect(() => {
    if (!isOn) known.current = undefined;
  }, [isOn]);
  const isNew = useCallback((event: EventItem) => fresh.has(event.EventId), [fresh]);
  return { state, arrived, waiting, isMore: waiting >= COUNTED_MAX, isNew };
}

const NONE: ReadonlySet<string> = new Set();

/** Does something soon after it is woken, at the pace of what comes. */
function useWake(act: () => void): () => void {
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  const [pace] = useState(() => new Pace(() => latest.current()));
  useEffect(() => () => pace.stop(), [pace]);
  return useCallback(() => pace.wake(), [pace]);
}
