import type { PropertyFilterProps } from "@cloudscape-design/components/property-filter";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type EventItem, type FilterField, type Search, type Summary, summarise } from "../../api/history";
import { FIELDS } from "../fields";
import { ANY } from "../filter-tokens";
import { recordOf, textAt } from "../record";

/** Values that can be chosen: the most frequent of the time that is looked at, and those of the events shown. */
export function useSuggestions(
  region: string,
  range: Search,
  shown: readonly EventItem[],
  isWanted: boolean,
) {
  const { StartTime, EndTime } = range;
  const summary = useQuery({
    queryKey: ["history-suggestions", region, StartTime, EndTime?.slice(0, 15)],
    queryFn: ({ signal }) =>
      summarise(
        region,
        { ...(StartTime ? { StartTime } : {}), ...(EndTime ? { EndTime } : {}), Buckets: 1 },
        signal,
      ),
    enabled: isWanted,
    staleTime: 300_000,
    retry: false,
  });
  const options = useMemo(() => suggestionsOf(shown, summary.data), [shown, summary.data]);
  return { options, isLoading: isWanted && summary.isPending };
}

/** The most values that are offered of a field. */
const OFFERED_MAX = 60;

/** The most frequent values first, then those of the events shown, each once. */
export function suggestionsOf(
  shown: readonly EventItem[],
  summary: Summary | undefined,
): PropertyFilterProps.FilteringOption[] {
  return FIELDS.flatMap(({ key, all }) => {
    const frequent = ranked(summary, key).map(({ Value }) => Value);
    const values = all ?? [...frequent, ...shown.flatMap((event) => valuesOf(event, key))];
    const known = [...new Set(values)].filter((value) => value !== "").slice(0, OFFERED_MAX);
    const isAlways = key === "ReadOnly" || key === "EventName" || key === "EventSource" || key === "EventId";
    return [...(isAlways ? [] : [ANY]), ...known].map((value) => ({ propertyKey: key, value }));
  });
}

function ranked(summary: Summary | undefined, key: FilterField) {
  if (!summary || !(key in summary.Top)) return [];
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
