import { useQuery } from "@tanstack/react-query";
import type { EventItem } from "../api/history";
import { listInsightsData, lookupInsights } from "../api/insights";
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
    refetchInterval: 30_000,
  });
}

async function read(region: string, days: number, signal: AbortSignal): Promise<Insights> {
  const StartTime = Math.floor(Date.now() / 1000) - days * 86_400;
  const { trailList: trails } = await describeTrails(region, signal);
  const lists = [
    await all((token) => lookupInsights(region, { StartTime, ...token }, signal), signal),
    // Trails of an organization tell its administrators alone.
    ...(await inTurn(trails.filter(mayTell), (trail) =>
      all((token) => listInsightsData(region, trail.TrailARN, { StartTime, ...token }, signal), signal),
    )),
  ];
  const told = lists.flatMap(({ events }) =>
    events.flatMap((event) => readRecord(event.CloudTrailEvent) ?? []),
  );
  // Those of one second have no order: the ids give them one.
  told.sort((a, b) => b.at - a.at || (a.eventId < b.eventId ? 1 : -1));
  return { episodes: pair(told), isCut: lists.some(({ isCut }) => isCut), trails };
}

const mayTell = (trail: Trail) => !trail.IsOrganizationTrail && trail.HasInsightSelectors;

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
