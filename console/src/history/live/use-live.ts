import { useCallback, useEffect, useRef, useState } from "react";
import { type EventItem, type SearchPage, searchHistory, summarise } from "../../api/history";
import type { Counted } from "../counted";
import type { EventRecord } from "../record";
import { type EventSearch, requestOf } from "../search-query";
import { type Arrivals, isOverrun, NO_ARRIVALS, recounted } from "./arrivals";
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
  /** Whether there are older ones. */
  hasOlder: boolean;
  /** How many events match, as it was told with those. */
  total: SearchPage["Total"];
  /** Whether they are those of the search, and neither of one before nor none because it was refused. */
  isSettled: boolean;
  /** Shows the newest. */
  refresh: () => void;
}

export interface Live {
  state: TailState;
  /** Follows again, where that was refused. */
  retry: () => void;
  /** The events that came while they were followed. */
  arrived: Arrivals;
  /** How many came since nobody follows; `isMore` where there are more than were counted. */
  waiting: number;
  isMore: boolean;
  isNew: (event: EventItem) => boolean;
}

/** The most new events that are counted while nobody follows. */
const COUNTED_MAX = 50;

/** Shows events as they arrive; counts them while the page is paused or an older one is shown. */
export function useLive(watched: Watched): Live {
  const { region, search, isOn, isFollowing, shown, hasOlder, total, isSettled, refresh } = watched;
  const [arrived, setArrived] = useState(NO_ARRIVALS);
  const [waiting, setWaiting] = useState(0);
  const [fresh, setFresh] = useState<ReadonlySet<string>>(NONE);
  const known = useRef<Known>(undefined);
  const count = useCallback(async () => {
    const request = { ...requestOf(search, new Date()), MaxResults: COUNTED_MAX };
    const page = await searchHistory(region, request).catch(() => undefined);
    if (page) setWaiting(known.current?.events.missed(page.Events.map(({ EventId }) => EventId)) ?? 0);
  }, [region, search]);
  const recount = useCallback(async (now: Known, unseen: number) => {
    const counts = await Promise.all([now.base, now.recount()]);
    if (known.current === now) setArrived((so) => recounted(so, unseen, ...counts));
  }, []);
  const look = useCallback(() => {
    refresh();
    // What comes by now may be older than all that a page shows, which then stays as it is.
    if (known.current?.isOverrun) void recount(known.current, 0);
  }, [refresh, recount]);
  const wake = useWake(isFollowing ? look : count);
  const [state, retry] = useTail(region, isOn, (record: EventRecord) => {
    if (mayMatch(record, search) && !isLook(record, navigator.userAgent)) wake();
  });
  // What is shown first of a search is known; what comes later is new.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another total tells of events that the page has no room for
  useEffect(() => {
    if (!isOn || !isFollowing || !isSettled) return;
    const before = known.current?.search === search ? known.current : undefined;
    const ids = shown.map(({ EventId }) => EventId);
    const now = before ?? beginning(region, search, ids);
    known.current = now;
    const learnt = now.events.learn(ids);
    const unseen = before ? learnt : [];
    setWaiting(0);
    if (!before) setArrived(NO_ARRIVALS);
    if (before && unseen.length === 0 && !now.isOverrun) return;
    if (!before || unseen.length > 0) setFresh(new Set(unseen));
    now.isOverrun ||= isOverrun(ids, now.first, hasOlder);
    if (!now.isOverrun) return setArrived(({ count }) => ({ count: count + unseen.length, isMore: false }));
    void recount(now, unseen.length);
  }, [isOn, isFollowing, isSettled, shown, hasOlder, total, region, search, recount]);
  useEffect(() => {
    if (!isOn) known.current = undefined;
  }, [isOn]);
  const isNew = useCallback((event: EventItem) => fresh.has(event.EventId), [fresh]);
  return { state, retry, arrived, waiting, isMore: waiting >= COUNTED_MAX, isNew };
}

const NONE: ReadonlySet<string> = new Set();

/** What is known of a search that is followed. */
interface Known {
  search: EventSearch;
  events: KnownEvents;
  /** What was shown when that began. */
  first: ReadonlySet<string>;
  /** Counts the events since a little before it was followed. */
  recount: () => Promise<Counted | undefined>;
  /** How many there were then. */
  base: Promise<Counted | undefined>;
  /** Whether more came than a page shows: from then on they are counted by the server. */
  isOverrun: boolean;
}

/** So much before it was followed new events may be from: they are recorded a while after they happened. */
const LATE_MS = 15 * 60_000;

function beginning(region: string, search: EventSearch, shown: readonly string[]): Known {
  const since = new Date(Date.now() - LATE_MS).toISOString();
  const recount = () => {
    const { StartTime, ...rest } = requestOf(search, new Date());
    const from = StartTime !== undefined && StartTime > since ? StartTime : since;
    return summarise(region, { ...rest, StartTime: from, Buckets: 1 }).catch(() => undefined);
  };
  const first = new Set(shown);
  return { search, events: new KnownEvents(), first, recount, base: recount(), isOverrun: false };
}

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
