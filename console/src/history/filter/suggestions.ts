import type { PropertyFilterProps } from "@cloudscape-design/components/property-filter";
import { type UseQueryResult, useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import {
  type EventItem,
  type Filter,
  type FilterField,
  type Search,
  type Summary,
  summarise,
} from "../../api/history";
import { FIELDS } from "../fields";
import { ANY, NONE } from "../filter-tokens";
import { outcomesOf, recordOf, textAt } from "../record";

/** What somebody is typing: after an attribute was chosen, a value of it. */
export interface Typed {
  field?: FilterField;
  text: string;
}

/**
 * Values that can be chosen: the most frequent of the time that is looked at, those that begin like what is typed, and
 * those of the events shown. `typed` is absent until the filter is used.
 */
export function useSuggestions(
  region: string,
  range: Search,
  shown: readonly EventItem[],
  typed: Typed | undefined,
) {
  const { StartTime, EndTime } = range;
  const time = { ...(StartTime ? { StartTime } : {}), ...(EndTime ? { EndTime } : {}) };
  const asked = typed ? [undefined, ...askedOf(typed)] : [];
  const { summaries, isLoading } = useQueries({
    queries: asked.map((filter) => ({
      queryKey: ["history-suggestions", region, StartTime, EndTime?.slice(0, 15), filter],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        summarise(region, { ...time, ...(filter ? { Filters: [filter] } : {}), Buckets: 1 }, signal),
      staleTime: 300_000,
      retry: false,
    })),
    combine: together,
  });
  const options = useMemo(() => suggestionsOf(shown, summaries), [shown, summaries]);
  return { options, isLoading };
}

/** The fields whose most frequent values a summary tells. */
const RANKED: readonly FilterField[] = [
  "Username",
  "EventName",
  "EventSource",
  "ErrorCode",
  "SourceIPAddress",
];

/** What bare words may be meant as. */
const GUESSED: readonly FilterField[] = ["Username", "EventName"];

/** Bare words are asked about from so many letters on: with fewer they may become anything. */
const GUESSED_FROM = 3;

/** What to ask the history for, to offer the values that begin like what is typed, rare ones too. */
export function askedOf({ field, text }: Typed): Filter[] {
  const start = text.trim();
  const fields = field ? RANKED.filter((known) => known === field && start !== "") : GUESSED;
  if (!field && start.length < GUESSED_FROM) return [];
  return fields.map((Field) => ({ Field, Operator: "StartsWith", Values: [start] }));
}

function together(answers: UseQueryResult<Summary>[]) {
  return {
    summaries: answers.flatMap(({ data }) => data ?? []),
    isLoading: answers.some(({ isPending }) => isPending),
  };
}

/** The most values that are offered of a field. */
const OFFERED_MAX = 60;

/** The most frequent values first, then those of the events shown, each once. */
export function suggestionsOf(
  shown: readonly EventItem[],
  summaries: readonly Summary[],
): PropertyFilterProps.FilteringOption[] {
  return FIELDS.flatMap(({ key, all }) => {
    const frequent = summaries.flatMap((summary) => ranked(summary, key)).map(({ Value }) => Value);
    const values = all ?? [...frequent, ...shown.flatMap((event) => valuesOf(event, key))];
    const known = [...new Set(values)].filter((value) => value !== "").slice(0, OFFERED_MAX);
    return [...(ALWAYS.has(key) ? [] : [ANY, NONE]), ...known].map((value) => ({ propertyKey: key, value }));
  });
}

/** What every event has. */
const ALWAYS: ReadonlySet<FilterField> = new Set([
  "ReadOnly",
  "EventName",
  "EventSource",
  "EventId",
  "Outcome",
]);

function ranked(summary: Summary, key: FilterField) {
  if (!(key in summary.Top)) return [];
  return summary.Top[key as keyof Summary["Top"]] ?? [];
}

/** What an event has in a field. */
export function valuesOf(event: EventItem, field: FilterField): string[] {
  const one = (value: string | undefined) => (value ? [value] : []);
  const recorded = (path: string) => one(textAt(recordOf(event), path));
  switch (field) {
    case "ResourceType":
      return event.Resources.flatMap(({ ResourceType }) => one(ResourceType));
    case "ResourceName":
      return event.Resources.flatMap(({ ResourceName }) => one(ResourceName));
    case "Outcome":
      return outcomesOf(recordOf(event));
    case "ErrorCode":
      return recorded("errorCode");
    case "SourceIPAddress":
      return recorded("sourceIPAddress");
    case "UserAgent":
      return recorded("userAgent");
    case "PrincipalArn":
      return recorded("userIdentity.arn");
    case "RequestId":
      return recorded("requestID");
    case "EventType":
      return recorded("eventType");
    case "RecipientAccountId":
      return recorded("recipientAccountId");
    default:
      return one(event[field]);
  }
}
