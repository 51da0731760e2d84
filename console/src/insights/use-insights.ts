import { useQuery } from "@tanstack/react-query";
import type { Refusal } from "../api/call";
import { type EventItem, searchHistory } from "../api/history";
import { listInsightsData } from "../api/insights";
import { describeTrails, type Trail } from "../api/trails";
import { getInsightSelectors } from "../trails/calls/cloudtrail";
import { homeOf } from "../trails/trail-facts";
import { readInsights } from "../trails/wizard/draft";
import { patiently } from "./patiently";
import { type List, type RefusedTrail, readOfTrails, readTrails } from "./read-of-trails";
import { type Episode, pair, readRecord } from "./told";

/** The most events that are asked for, of management and of each trail's data events. */
const EVENTS_MAX = 1000;

export interface Insights {
  episodes: Episode[];
  /** Whether there are more than were asked for. */
  isCut: boolean;
  /** Absent where they may not be listed. */
  trails?: Trail[];
  /** Why not. */
  error?: Refusal;
  /** Trails whose data events' insights could not be read. */
  refused: RefusedTrail[];
}

/** The insights of a time, the newest first. `days`: how far back. */
export function useInsights(region: string, days: number) {
  return useQuery({
    queryKey: ["insights", region, days],
    queryFn: ({ signal }) => read(region, days, signal),
    refetchInterval: 60_000,
  });
}

async function read(region: string, days: number, signal: AbortSignal): Promise<Insights> {
  const StartTime = Math.floor(Date.now() / 1000) - days * 86_400;
  const known = await readTrails(() => describeTrails(region, signal));
  const management = await all((token) => ofManagement(region, StartTime, token, signal), signal);
  const ofTrails = await readOfTrails(
    (known.trails ?? []).filter(({ HasInsightSelectors }) => HasInsightSelectors),
    (trail) => ofData(region, trail, StartTime, signal),
    (trail) => looksAtData(trail, signal),
  );
  const lists = [management, ...ofTrails.lists];
  const told = lists.flatMap(({ events }) =>
    events.flatMap((event) => readRecord(event.CloudTrailEvent) ?? []),
  );
  // Those of one second have no order: the ids give them one.
  told.sort((a, b) => b.at - a.at || (a.eventId < b.eventId ? 1 : -1));
  const { refused } = ofTrails;
  return { episodes: pair(told), isCut: lists.some(({ isCut }) => isCut), ...known, refused };
}

/** Insights of management events. */
const ofManagement = (region: string, start: number, token: { NextToken?: string }, signal: AbortSignal) => {
  const StartTime = new Date(start * 1000).toISOString();
  return searchHistory(region, { EventCategory: "insight", StartTime, MaxResults: 100, ...token }, signal);
};

/** Insights of a trail's data events. */
const ofData = (region: string, trail: Trail, StartTime: number, signal: AbortSignal) =>
  all((token) => listInsightsData(region, trail.TrailARN, { StartTime, ...token }, signal), signal);

async function looksAtData({ TrailARN }: Trail, signal: AbortSignal): Promise<boolean> {
  const { Data } = readInsights(await getInsightSelectors(homeOf(TrailARN), TrailARN, signal));
  return Data.rate || Data.errors;
}

async function all(
  ask: (token: { NextToken?: string }) => Promise<{ Events: EventItem[]; NextToken?: string }>,
  signal: AbortSignal,
): Promise<List> {
  const events: EventItem[] = [];
  let token: { NextToken?: string } = {};
  while (events.length < EVENTS_MAX) {
    const page = await patiently(() => ask(token), signal);
    events.push(...page.Events);
    if (!page.NextToken) return { events, isCut: false };
    token = { NextToken: page.NextToken };
  }
  return { events, isCut: true };
}
