import { cloudtrail, page, pageLines } from "./call";
import type { EventItem } from "./history";

export interface Trail {
  Name: string;
  TrailARN: string;
  S3BucketName: string;
  S3KeyPrefix?: string;
  SnsTopicARN?: string;
  IncludeGlobalServiceEvents: boolean;
  IsMultiRegionTrail: boolean;
  HomeRegion: string;
  LogFileValidationEnabled: boolean;
  CloudWatchLogsLogGroupArn?: string;
  CloudWatchLogsRoleArn?: string;
  KmsKeyId?: string;
  HasCustomEventSelectors: boolean;
  HasInsightSelectors: boolean;
  IsOrganizationTrail: boolean;
  RecursiveLogging?: boolean;
}

export interface AdvancedFieldSelector {
  Field: string;
  Equals?: string[];
  StartsWith?: string[];
  EndsWith?: string[];
  NotEquals?: string[];
  NotStartsWith?: string[];
  NotEndsWith?: string[];
}

export interface AdvancedEventSelector {
  Name?: string;
  FieldSelectors: AdvancedFieldSelector[];
}

export interface EventSelector {
  ReadWriteType: "All" | "ReadOnly" | "WriteOnly";
  IncludeManagementEvents: boolean;
  DataResources: { Type: string; Values: string[] }[];
  ExcludeManagementEventSources: string[];
}

export const describeTrails = (region: string, signal?: AbortSignal) =>
  cloudtrail<{ trailList: Trail[] }>(region, "DescribeTrails", {}, signal);

/** What `POST /_cairn/selectors/preview` answers: which recent events such selectors would take. */
export interface Preview {
  /** How many events were looked at, and since when. */
  Scanned: number;
  ScannedSince: string;
  Matched: number;
  /** Of the matched ones, by category. */
  ByCategory: { Management: number; Data: number; NetworkActivity: number };
  /** The newest that match, and the newest that don't; up to `MaxResults` each. */
  Matching: EventItem[];
  NotMatching: EventItem[];
}

export const previewSelectors = (
  region: string,
  input: {
    EventSelectors?: EventSelector[];
    AdvancedEventSelectors?: AdvancedEventSelector[];
    MaxResults?: number;
  },
  signal?: AbortSignal,
) => page<Preview>(region, "/_cairn/selectors/preview", input, signal);

/** What `GET /_cairn/delivery` answers: how the caller's trails and live destinations fare in a Region. */
export interface DeliveryHealth {
  Trails: TrailHealth[];
  /** Those that belong to no trail; absent where the account has none, or they are not told. */
  Destinations?: DestinationHealth[];
  /** Why they are not told. */
  DestinationsDenied?: string;
}

/** A place that is told of events. */
export interface DestinationHealth {
  Kind: "S3" | "Digest" | "SNS" | "CloudWatchLogs" | "EventBridge" | "Webhook" | "NATS" | "TransparencyLog";
  Name: string;
  Address?: string;
  LastSuccess?: string;
  LastAttempt?: string;
  /** The code of the error that holds it up; absent where none does. */
  Error?: string;
  /** What helps against that, or against the last error. */
  Advice?: string;
  /** The last error, be it over or not. */
  LastError?: { Code: string; Time: string; Region?: string };
  /** How old the oldest event is that it has not taken, and how many wait. */
  LagSeconds?: number;
  Waiting?: number;
  /** How many entries of the journal were not looked at for it. */
  Behind?: number;
  LastDay?: {
    Events: number;
    Bytes: number;
    FailedTries: number;
    GivenUp: number;
    GivenUpFor?: Record<string, number>;
  };
  /** The file of what was given up, in the server's data directory. */
  DeadLetters?: { File: string; Bytes: number; BytesMax: number };
}

/** What is due to a bucket and not in it. */
export interface Undelivered {
  /** Of the oldest; absent where no folder was found, but there is more. */
  Since?: string;
  Files: number;
  Events: number;
  /** Uncompressed. */
  Bytes: number;
  /** Whether there is more of which nobody knows how much. */
  More: boolean;
  FolderCount: number;
  /** The oldest of them, 100 at most. */
  Folders: {
    AccountId: string;
    Region: string;
    Folder: string;
    Since: string;
    Files: number;
    Events: number;
    Bytes: number;
    Error?: string;
  }[];
}

export interface TrailHealth {
  TrailARN: string;
  Name: string;
  IsLogging: boolean;
  /** How old the oldest event is that waits to be delivered; 0 where none does. */
  LagSeconds: number;
  /** How many journal records delivery is behind. */
  Behind: number;
  /** How long events are collected before a file is put: so long a lag is as it should be. */
  WindowSeconds: number;
  LastDay: {
    Files: number;
    Bytes: number;
    Events: number;
    Digests: number;
    /** Of one hour each, oldest first, 24 of them. */
    Hours: { StartTime: string; Files: number; Bytes: number; Events: number; Digests: number }[];
  };
  /** What is due and in no file, for the bucket does not take it. */
  Undelivered?: Undelivered;
  /** Each place that the trail tells: its bucket, digests, topic, log group, transparency log. */
  Destinations: DestinationHealth[];
}

export const deliveryHealth = (region: string, signal?: AbortSignal) =>
  page<DeliveryHealth>(region, "/_cairn/delivery", undefined, signal);

/** What `POST /_cairn/validation` answers, a JSON line each. */
export type ValidationLine =
  | {
      Kind: "Begun";
      TrailARN: string;
      StartTime: string;
      EndTime: string;
      /** Whether the trail delivers to another S3 than Cairn's, where Cairn's own credentials read. */
      Elsewhere?: boolean;
    }
  | { Kind: "Progress"; Digests: number; Files: number; CheckedBackTo?: string }
  | {
      Kind: "Digest" | "LogFile" | "Backfill";
      Object: string;
      Valid: boolean;
      /** How grave what is to be said is; absent where nothing is. */
      Severity?: Severity;
      /** What is wrong, in words; absent where nothing is. */
      Finding?: string;
      Time?: string;
    }
  /** Time that nothing proves. */
  | { Kind: "Gap"; StartTime: string; EndTime: string; Severity?: Severity; Finding: string }
  | {
      Kind: "Ended";
      Valid: boolean;
      Verdict?: "valid" | "invalid" | "incomplete";
      Digests: Checked;
      Files: Checked;
      /** What Cairn's own credentials lack in a bucket elsewhere; absent where they lack nothing. */
      MissingPermissions?: string[];
      /** The report as `cairn validate` prints it. */
      Report: string;
    }
  | { Kind: "Refused"; Code: string; Message: string };

export type Severity = "note" | "warning" | "unchecked" | "invalid";

/** How many objects were checked, and could not be. */
export interface Checked {
  Valid: number;
  Invalid: number;
  Unchecked?: number;
}

export const validate = (
  region: string,
  input: { TrailARN: string; StartTime: string; EndTime?: string; AccountId?: string },
  signal?: AbortSignal,
) => pageLines<ValidationLine>(region, "/_cairn/validation", input, signal);
