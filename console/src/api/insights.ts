import type { Sensitivity, Way } from "../insights/told";
import { cloudtrail, page, pageLines } from "./call";
import type { EventItem } from "./history";

/** What `GET /_cairn/insights/explanation` answers: docs/insights.md. */
export interface ExplanationAnswer {
  sharedEventId: string;
  direction: Way;
  sensitivity: Sensitivity;
  /** Of data events the ARN of the trail that selects them. */
  trail: string | null;
  imported: boolean;
  /** The Insights events as they were recorded. */
  start: object | null;
  end: object | null;
  /** ARNs of the trails to which the newest configuration would give it. */
  trails: string[];
  series: {
    from: string;
    minutes: number;
    /** Pairs of a minute, counted from `from`, and its calls. */
    calls: [number, number][];
    /** Pairs of minutes between which no server watched and of which no log file tells. */
    unobserved: [number, number][];
  };
}

export const explainInsight = (region: string, id: string, signal?: AbortSignal) =>
  page<ExplanationAnswer>(
    region,
    `/_cairn/insights/explanation?id=${encodeURIComponent(id)}`,
    undefined,
    signal,
  );

/** A line of what `POST /_cairn/insights/backtest` answers. */
export type BacktestLine =
  | { progress: { metrics: number; of: number } }
  | { found: Found }
  | { done: { from: string; to: string; metrics: number } };

/** Something unusual of the past. */
export interface Found {
  direction: Way;
  sensitivity: Sensitivity;
  insightType: string;
  eventSource: string;
  eventName: string;
  errorCode: string | null;
  start: string;
  end: string | null;
  opening: { minutes: number; calls: number };
  calls: number;
  baseline: { minutes: number; calls: number };
  /** The event that told its start. */
  eventId: string | null;
}

export interface BacktestInput {
  from?: string;
  to?: string;
  trail?: string;
}

export const backtest = (region: string, input: BacktestInput, signal?: AbortSignal) =>
  pageLines<BacktestLine>(region, "/_cairn/insights/backtest", input, signal);

interface Page {
  Events: EventItem[];
  NextToken?: string;
}

interface Range {
  StartTime?: number;
  EndTime?: number;
  NextToken?: string;
}

/** Insights of the data events that a trail selects, the newest first. */
export const listInsightsData = (region: string, trail: string, input: Range, signal?: AbortSignal) =>
  cloudtrail<Page>(
    region,
    "ListInsightsData",
    { ...input, InsightSource: trail, DataType: "InsightsEvents", MaxResults: 50 },
    signal,
  );

export interface Tag {
  Key: string;
  Value?: string;
}

/** The tags of a trail, asked for in its home Region. */
export async function tagsOf(homeRegion: string, trail: string, signal?: AbortSignal): Promise<Tag[]> {
  const answer = await cloudtrail<{ ResourceTagList: { TagsList?: Tag[] }[] }>(
    homeRegion,
    "ListTags",
    { ResourceIdList: [trail] },
    signal,
  );
  return answer.ResourceTagList.flatMap((list) => list.TagsList ?? []);
}

export const addTag = (homeRegion: string, trail: string, tag: Tag) =>
  cloudtrail<object>(homeRegion, "AddTags", { ResourceId: trail, TagsList: [tag] });

export const removeTag = (homeRegion: string, trail: string, key: string) =>
  cloudtrail<object>(homeRegion, "RemoveTags", { ResourceId: trail, TagsList: [{ Key: key }] });

/** The tag that tells how sensitive a trail is; absent where it is medium. */
export const SENSITIVITY_TAG = "cairn:insights-sensitivity";

/** What the keys of tags that mute begin with; the name of the rule follows. */
export const MUTE_TAG = "cairn:insights-mute:";

/** Calls or errors of an action, hour by hour. */
export interface MetricData {
  /** Seconds since 1970; hours without any are left out. */
  Timestamps: number[];
  Values: number[];
}

/** What was counted of an action by the hour, as far back as it is kept. */
export const metricData = (
  region: string,
  of: { EventSource: string; EventName: string; ErrorCode?: string; TrailName?: string; StartTime: number },
  signal?: AbortSignal,
) =>
  cloudtrail<MetricData>(
    region,
    "ListInsightsMetricData",
    {
      ...of,
      InsightType: of.ErrorCode ? "ApiErrorRateInsight" : "ApiCallRateInsight",
      Period: 3600,
      MaxResults: 21_600,
    },
    signal,
  );
