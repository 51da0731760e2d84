import type { Filter, FilterField } from "../../api/history";
import { type EventRecord, outcomesOf, textAt } from "../record";
import type { EventSearch } from "../search-query";

/**
 * Whether an event that was just recorded may belong to a search, so that it is worth asking for. What the server
 * alone can tell, such as resources, counts as a match.
 */
export function mayMatch(
  record: EventRecord,
  { filters, text }: Pick<EventSearch, "filters" | "text">,
): boolean {
  if ((textAt(record, "eventCategory") ?? "Management") !== "Management") return false;
  if (!filters.every((filter) => mayHold(record, filter))) return false;
  if (text === "") return true;
  const whole = JSON.stringify(record).toLowerCase();
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .every((word) => whole.includes(word));
}

function mayHold(record: EventRecord, { Field, Operator, Values = [] }: Filter): boolean {
  if (Field === "Outcome") {
    const isOne = outcomesOf(record).some((outcome) => Values.includes(outcome));
    return Operator === "Equals" ? isOne : Operator === "NotEquals" ? !isOne : true;
  }
  const path = PATHS[Field];
  if (path === undefined) return true;
  const value = textAt(record, path);
  switch (Operator) {
    case "Equals":
      return value !== undefined && Values.includes(value);
    case "NotEquals":
      return value === undefined || !Values.includes(value);
    case "StartsWith":
      return value !== undefined && Values.some((start) => value.startsWith(start));
    case "Exists":
      return value !== undefined;
    case "NotExists":
      return value === undefined;
  }
}

/** Where a record tells a field. User names and resources are derived in more ways than are repeated here. */
const PATHS: Partial<Record<FilterField, string>> = {
  EventId: "eventID",
  EventName: "eventName",
  ReadOnly: "readOnly",
  EventSource: "eventSource",
  AccessKeyId: "userIdentity.accessKeyId",
  ErrorCode: "errorCode",
  SourceIPAddress: "sourceIPAddress",
  UserAgent: "userAgent",
  PrincipalArn: "userIdentity.arn",
  RequestId: "requestID",
  EventType: "eventType",
  RecipientAccountId: "recipientAccountId",
};

/**
 * Whether it is a look of a console into the history: to ask because of it would be a look again, and two consoles
 * that follow new events would wake each other for ever. It is shown with the next event.
 */
export function isLook(record: EventRecord, agent: string): boolean {
  if (textAt(record, "eventSource") !== "cloudtrail.amazonaws.com") return false;
  const isConsole =
    textAt(record, "sessionCredentialFromConsole") === "true" || textAt(record, "userAgent") === agent;
  return isConsole && textAt(record, "readOnly") === "true";
}
