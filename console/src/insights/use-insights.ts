import { useQuery } from "@tanstack/react-query";
import { Refusal } from "../api/call";
import { type EventItem, searchHistory } from "../api/history";
import { listInsightsData } from "../api/insights";
import { describeTrails, type Trail } from "../api/trails";
import { patiently } from "./patiently";
import { type Episode, pair, readRecord } from "./told";

/** The most events that are asked for, of management and of each trail's data events. */
const EVENTS_MAX = 1000;

export interface Insights {
  episodes: Episode[];
  /** Whether there are more than were asked for. */
  isCut: boolean;
  /** Whether any trail is told of insights. */
  trails: Trail[];
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
  const { trailList: trails } = await describeTrails(region, signal);
  const lists = [
    await all((token) => ofManagement(region, StartTime, token, signal), signal),
    ...(await inTurn(
      trails.filter(({ HasInsightSelectors }) => HasInsightSelectors),
      (trail) => ofData(region, trail, StartTime, signal),
    )),
  ];
  const told = lists.flatMap(({ events }) =>
    events.flatMap((event) => readRecord(event.CloudTrailEvent) ?? []),
  );
  // Those of one second have no order: the ids give them one.
  told.sort((a, b) => b.at - a.at || (a.eventId < b.eventId ? 1 : -1));
  return { episodes: pair(told), isCut: lists.some(({ isCut }) => isCut), trails };
}

/** Insights of management events. Searches are not throttled as LookupEvents is. */
const ofManagement = (region: string, start: number, token: { NextToken?: string }, signal: AbortSignal) => {
  const StartTime = new Date(start * 1000).toISOString();
  return searchHistory(region, { EventCategory: "insight", StartTime, MaxResults: 100, ...token }, signal);
};

/** Insights of a trail's data events; an organization's trail tells its members nothing of them. */
async function ofData(region: string, trail: Trail, StartTime: number, signal: AbortSignal) {
  const ask = (token: { NextToken?: string }) =>
    listInsightsData(region, trail.TrailARN, { StartTime, ...token }, signal);
  try {
    return await all(ask, signal);
  } catch (error) {
    const isRefused = error instanceof Refusal && error.status >= 400 && error.status < 500;
    if (trail.IsOrganizationTrail && isRefused) return { events: [], isCut: false };
    throw error;
  }
}

async function all(
  ask: (token: { NextToken?: string }) => Promise<{ Events: EventItem[]; NextToken?: string }>,
  signal: AbortSignal,
): Promise<{ events: EventItem[]; isCut: boolean }> {
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

async function inTurn<One, Answer>(ones: One[], ask: (one: One) => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const one of ones) answers.push(await ask(one));
  return answers;
}
