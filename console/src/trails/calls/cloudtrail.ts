import { cloudtrail, Refusal } from "../../api/call";
import type { Trail } from "../../api/trails";
import type { Selectors } from "../selectors/form";

export interface TrailStatus {
  IsLogging: boolean;
  /** Times are seconds since 1970, absent for what never happened. */
  LatestDeliveryTime?: number;
  LatestDeliveryError?: string;
  LatestNotificationTime?: number;
  LatestNotificationError?: string;
  LatestCloudWatchLogsDeliveryTime?: number;
  LatestCloudWatchLogsDeliveryError?: string;
  LatestDigestDeliveryTime?: number;
  LatestDigestDeliveryError?: string;
  StartLoggingTime?: number;
  StopLoggingTime?: number;
}

/** What of a trail is listed where it does not show itself. */
export type ListedTrail = Pick<Trail, "TrailARN" | "Name" | "HomeRegion">;

export type InsightType = "ApiCallRateInsight" | "ApiErrorRateInsight";

export interface InsightSelector {
  InsightType: InsightType;
  /** Absent: management events. */
  EventCategories?: ("Management" | "Data")[];
}

export interface Tag {
  Key: string;
  Value?: string;
}

export const AGGREGATIONS = ["API_ACTIVITY", "RESOURCE_ACCESS", "USER_ACTIONS"] as const;
export type Aggregation = (typeof AGGREGATIONS)[number];

export const getTrail = async (region: string, name: string, signal?: AbortSignal): Promise<Trail> =>
  (await cloudtrail<{ Trail: Trail }>(region, "GetTrail", { Name: name }, signal)).Trail;

/** The trails of all Regions: the first hundreds of them. */
export const listTrails = async (region: string, signal?: AbortSignal): Promise<ListedTrail[]> =>
  (await cloudtrail<{ Trails: ListedTrail[] }>(region, "ListTrails", {}, signal)).Trails;

export const getTrailStatus = (region: string, name: string, signal?: AbortSignal) =>
  cloudtrail<TrailStatus>(region, "GetTrailStatus", { Name: name }, signal);

export async function getEventSelectors(
  region: string,
  name: string,
  signal?: AbortSignal,
): Promise<Selectors> {
  const answer = await cloudtrail<Partial<Selectors>>(
    region,
    "GetEventSelectors",
    { TrailName: name },
    signal,
  );
  return answer.AdvancedEventSelectors
    ? { AdvancedEventSelectors: answer.AdvancedEventSelectors }
    : { EventSelectors: answer.EventSelectors ?? [] };
}

/** What unusual activity a trail looks for; nothing where Insights are off. */
export async function getInsightSelectors(
  region: string,
  name: string,
  signal?: AbortSignal,
): Promise<InsightSelector[]> {
  try {
    const input = { TrailName: name };
    const answer = await cloudtrail<{ InsightSelectors?: InsightSelector[] }>(
      region,
      "GetInsightSelectors",
      input,
      signal,
    );
    return answer.InsightSelectors ?? [];
  } catch (error) {
    if (error instanceof Refusal && error.code.startsWith("InsightNotEnabled")) return [];
    throw error;
  }
}

/** What a trail's data events are summed up by. */
export async function getAggregations(
  region: string,
  name: string,
  signal?: AbortSignal,
): Promise<Aggregation[]> {
  const input = { TrailName: name };
  const answer = await cloudtrail<{ AggregationConfigurations?: { Templates: Aggregation[] }[] }>(
    region,
    "GetEventConfiguration",
    input,
    signal,
  );
  return (answer.AggregationConfigurations ?? []).flatMap(({ Templates }) => Templates);
}

export async function listTags(region: string, arn: string, signal?: AbortSignal): Promise<Tag[]> {
  const input = { ResourceIdList: [arn] };
  const answer = await cloudtrail<{ ResourceTagList: { TagsList: Tag[] }[] }>(
    region,
    "ListTags",
    input,
    signal,
  );
  return answer.ResourceTagList.flatMap(({ TagsList }) => TagsList);
}

export const startLogging = (region: string, name: string) =>
  cloudtrail(region, "StartLogging", { Name: name });
export const stopLogging = (region: string, name: string) =>
  cloudtrail(region, "StopLogging", { Name: name });
export const deleteTrail = (region: string, name: string) =>
  cloudtrail(region, "DeleteTrail", { Name: name });
