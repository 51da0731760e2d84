import type { Filter } from "../../api/history";
import { eventsHref } from "../events-href";
import { type Explanation, secondOf } from "../explanation";
import type { Share } from "../shares";

/**
 * The events behind an insight: of a silence there are only those before it. Nothing of data events, which the event
 * history does not have.
 */
export function spanHref(of: Explanation, more: Filter[] = []): string | undefined {
  const { began, end, last } = of.episode;
  if (last.category === "Data") return undefined;
  const filters: Filter[] = [
    { Field: "EventName", Operator: "Equals", Values: [last.name] },
    { Field: "EventSource", Operator: "Equals", Values: [last.source] },
    ...(last.errorCode ? [equals("ErrorCode", last.errorCode)] : []),
    ...more,
  ];
  if (of.way === "silence") return eventsHref(filters, began - 3600, began - 1);
  return eventsHref(filters, began, (end?.at ?? secondOf(of.series, of.series.minutes.length)) - 1);
}

/** The events of one that calls are put down to; nothing where a name stands for several. */
export function shareHref(of: Explanation, { by, value }: Share): string | undefined {
  if (value === undefined) return undefined;
  if (by === "Client") return spanHref(of, [equals("UserAgent", value)]);
  if (by === "Result") {
    if (of.episode.last.errorCode) return undefined;
    return spanHref(of, [
      value === "null" ? { Field: "ErrorCode", Operator: "NotExists" } : equals("ErrorCode", value),
    ]);
  }
  // A service has no ARN to look for.
  if (!value.startsWith("arn:")) return undefined;
  // Sessions of a role have ARNs of their own, which begin with the role's.
  return value.includes(":assumed-role/")
    ? spanHref(of, [{ Field: "PrincipalArn", Operator: "StartsWith", Values: [`${value}/`] }])
    : spanHref(of, [equals("PrincipalArn", value)]);
}

const equals = (Field: Filter["Field"], value: string): Filter => ({
  Field,
  Operator: "Equals",
  Values: [value],
});
