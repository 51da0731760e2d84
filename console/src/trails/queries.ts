import { useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { describeTrails, type Trail } from "../api/trails";
import { useRegion, useSession } from "../session/session-gate";
import {
  getAggregations,
  getEventSelectors,
  getInsightSelectors,
  getTrail,
  getTrailStatus,
  listTags,
} from "./calls/cloudtrail";
import { findOrganization, type Organization } from "./calls/organization";
import { homeOf, isTrailArn, ownerOf } from "./trail-facts";
import type { Existing } from "./wizard/draft";

/** How often what may change by itself is asked for again, in milliseconds. */
export const REFRESH_MS = 15_000;

/** The trails that show themselves in the Region. */
export function useTrails() {
  const [region] = useRegion();
  return useQuery({
    queryKey: ["trails", "list", region],
    queryFn: async ({ signal }) => (await describeTrails(region, signal)).trailList,
  });
}

/** How trails fare in the Region, each by its ARN. */
export function useStatuses(arns: readonly string[]) {
  const [region] = useRegion();
  return useQueries({ queries: arns.map((arn) => statusQuery(region, arn)) });
}

export function useStatus(arn: string) {
  const [region] = useRegion();
  return useQuery(statusQuery(region, arn));
}

const statusQuery = (region: string, arn: string) => ({
  queryKey: ["trails", "status", region, arn],
  queryFn: ({ signal }: { signal: AbortSignal }) => getTrailStatus(region, arn, signal),
  refetchInterval: REFRESH_MS,
});

/** A trail, asked for where it is at home. */
export function useTrail(arn: string) {
  return useQuery({
    queryKey: ["trails", "one", arn],
    queryFn: ({ signal }) => getTrail(homeOf(arn), arn, signal),
    enabled: isTrailArn(arn),
  });
}

export const useSelectors = (arn: string) =>
  useQuery({
    queryKey: ["trails", "selectors", arn],
    queryFn: ({ signal }) => getEventSelectors(homeOf(arn), arn, signal),
    enabled: isTrailArn(arn),
  });

export const useInsightSelectors = (arn: string) =>
  useQuery({
    queryKey: ["trails", "insights", arn],
    queryFn: ({ signal }) => getInsightSelectors(homeOf(arn), arn, signal),
    enabled: isTrailArn(arn),
  });

export const useTags = (arn: string) =>
  useQuery({
    queryKey: ["trails", "tags", arn],
    queryFn: ({ signal }) => listTags(homeOf(arn), arn, signal),
    enabled: isTrailArn(arn),
  });

export const useAggregations = (arn: string) =>
  useQuery({
    queryKey: ["trails", "aggregations", arn],
    queryFn: ({ signal }) => getAggregations(homeOf(arn), arn, signal),
    enabled: isTrailArn(arn),
  });

/** All of a trail that can be changed. */
export function useExisting(arn: string) {
  return useQuery<Existing>({
    queryKey: ["trails", "existing", arn],
    queryFn: async ({ signal }) => {
      const home = homeOf(arn);
      const [trail, selectors, insights, aggregations, tags] = await Promise.all([
        getTrail(home, arn, signal),
        getEventSelectors(home, arn, signal),
        getInsightSelectors(home, arn, signal),
        getAggregations(home, arn, signal),
        listTags(home, arn, signal),
      ]);
      return { trail, selectors, insights, aggregations, tags };
    },
    enabled: isTrailArn(arn),
    // What somebody edits is not changed below their hands.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}

/**
 * The organization of the account; `null` where there is none. Asked for where it is needed alone: where there is
 * none, the answer is an error, and is recorded as one.
 */
export function useOrganization(isNeeded = true) {
  const { Account } = useSession();
  return useQuery<Organization | null>({
    queryKey: ["organization", Account.Id],
    queryFn: ({ signal }) => findOrganization(Account.Id, signal),
    enabled: isNeeded,
    staleTime: ({ state }) => (state.data === null ? Number.POSITIVE_INFINITY : 300_000),
    gcTime: Number.POSITIVE_INFINITY,
    // A part of a page that appears does not ask again what was refused.
    retryOnMount: false,
  });
}

/**
 * Whether the caller's account may change a trail at all, and whose it is if not. Where that can't be told, CloudTrail
 * decides; `doubt` says why.
 */
export function useGovernance(trail: Pick<Trail, "TrailARN"> | undefined) {
  const { Account } = useSession();
  const owner = ownerOf(trail?.TrailARN ?? "");
  const isOwn = owner === Account.Id;
  const { data: organization, error } = useOrganization(owner !== "" && !isOwn);
  const doubt = isOwn ? undefined : (error ?? organization?.doubt);
  return { isOwn, owner, canChange: isOwn || Boolean(organization?.governs || doubt), doubt };
}

/** Has everything about trails asked for again. */
export function useForgetTrails() {
  const queries = useQueryClient();
  return useCallback(
    () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ["trails"] }),
        queries.invalidateQueries({ queryKey: ["delivery"] }),
      ]),
    [queries],
  );
}
