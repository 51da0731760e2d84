import { page, pageResponse } from "./call";

/** An event as LookupEvents gives it. One that was imported may lack its name and its source. */
export interface EventItem {
  EventId: string;
  EventName?: string;
  ReadOnly: "true" | "false";
  AccessKeyId?: string;
  /** Seconds since 1970. */
  EventTime: number;
  EventSource?: string;
  Username?: string;
  Resources: { ResourceType?: string; ResourceName?: string }[];
  /** The record, compact JSON. */
  CloudTrailEvent: string;
  /** Whose it is; where an organization was searched. */
  AccountId?: string;
}

/** The most resources that the history keeps of one event. */
export const RESOURCES_MAX = 256;

/** What a filter looks at: the eight attributes of LookupEvents, then those beyond AWS. */
export type FilterField =
  | "EventId"
  | "EventName"
  | "ReadOnly"
  | "Username"
  | "ResourceType"
  | "ResourceName"
  | "EventSource"
  | "AccessKeyId"
  | "Outcome"
  | "ErrorCode"
  | "SourceIPAddress"
  | "UserAgent"
  | "PrincipalArn"
  | "RequestId"
  | "EventType"
  | "RecipientAccountId";

/** One of the values; or none of them. All filters of a search must hold. */
export interface Filter {
  Field: FilterField;
  Operator: "Equals" | "NotEquals" | "StartsWith" | "Exists" | "NotExists";
  /** Up to 50; absent for the last two operators. */
  Values?: string[];
}

/** What `POST /_cairn/history/search`, `…/summary` and `…/export` are asked. */
export interface Search {
  /** ISO 8601; absent: as far back as the history goes. */
  StartTime?: string;
  /** ISO 8601; absent: now. */
  EndTime?: string;
  EventCategory?: "management" | "insight";
  Filters?: Filter[];
  /**
   * Words that all must stand somewhere in the record, letters' case aside: also inside of other words. Blanks
   * separate them, but between double quotes. Up to 20.
   */
  Text?: string;
  /** The accounts of the caller's organization, or some of them, instead of the caller's own. */
  Organization?: { Accounts?: string[]; OrganizationalUnits?: string[] };
}

export interface SearchPage {
  Events: EventItem[];
  NextToken?: string;
  /**
   * How many events match in all, on the first page and where that is known without reading them; not exact: at
   * least so many.
   */
  Total?: { Count: number; Exact: boolean };
  /** How far back the search came, where it stopped before the page was full. */
  SearchedBackTo?: string;
}

export const searchHistory = (
  region: string,
  search: Search & { MaxResults?: number; NextToken?: string },
  signal?: AbortSignal,
) => page<SearchPage>(region, "/_cairn/history/search", search, signal);

export interface Summary {
  Total: number;
  /** How many failed: what `Outcome = failed` finds. */
  Failed: number;
  /** How many of these were denied: what `Outcome = denied` finds. */
  Denied: number;
  /** Of equal length, oldest first, over the whole time that was asked about. */
  Buckets: { StartTime: string; Count: number; Errors: number; BySource: Record<string, number> }[];
  /** The length of a bucket. */
  BucketSeconds: number;
  /** The most frequent values, most first, up to ten each. */
  Top: {
    Username: Ranked[];
    EventName: Ranked[];
    EventSource: Ranked[];
    ErrorCode: Ranked[];
    SourceIPAddress: Ranked[];
    /** The users whose calls were denied. */
    Denied: Ranked[];
  };
  /** Where counting stopped because there was too much to read (free text); absent: everything is counted. */
  CountedBackTo?: string;
}

export interface Ranked {
  Value: string;
  Count: number;
}

/** Counts the events that a search would find. `Buckets`: how many, 1 to 200. */
export const summarise = (region: string, search: Search & { Buckets?: number }, signal?: AbortSignal) =>
  page<Summary>(region, "/_cairn/history/summary", search, signal);

/**
 * A file of what a search finds, newest first, up to 200,000 events; it streams. `Total` of a search's first page says
 * how many there will be. Each record is a line of JSON lines and of JSON; CSV has one line a record, and more where
 * a value has line breaks.
 */
export const exportHistory = (
  region: string,
  search: Search,
  format: "csv" | "json" | "ndjson",
  signal?: AbortSignal,
) => pageResponse(region, `/_cairn/history/export?format=${format}`, search, signal);
