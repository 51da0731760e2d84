import type { EventItem } from "../api/history";

/** What JSON can be. */
export type Json = null | boolean | number | string | Json[] | { [member: string]: Json };

/**
 * A record as its writer made it. Records come from many services, importers and years, so nothing about them is
 * taken for granted: members are asked for by [`textAt`] and [`valuesAt`].
 */
export type EventRecord = { [member: string]: Json };

/** The record of an event; an empty one where it cannot be read. */
export function recordOf(event: EventItem): EventRecord {
  const known = parsed.get(event);
  if (known) return known;
  const record = parse(event.CloudTrailEvent);
  parsed.set(event, record);
  return record;
}

/** Tables ask for the record of a row once for every cell. */
const parsed = new WeakMap<EventItem, EventRecord>();

function parse(text: string): EventRecord {
  try {
    const record: unknown = JSON.parse(text);
    if (isObject(record)) return record as EventRecord;
  } catch {
    // Foreign records can be anything; the raw text is shown as it is.
  }
  return {};
}

/** Whether it is an object, and no list. */
export const isObject = (value: unknown): value is { [member: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The text at a path of members such as `userIdentity.sessionContext.sessionIssuer.arn`, where one is there. */
export function textAt(record: Json | undefined, path: string): string | undefined {
  return valuesAt(record, path)[0];
}

/** Every text, number and truth at a path, in order. Lists on the way are looked through. */
export function valuesAt(record: Json | undefined, path: string): string[] {
  return path
    .split(".")
    .reduce<Json[]>(
      (found, member) =>
        found.flatMap(spread).flatMap((value) => {
          const inner = isObject(value) && Object.hasOwn(value, member) ? value[member] : undefined;
          return inner === undefined ? [] : [inner];
        }),
      record === undefined ? [] : [record],
    )
    .flatMap(spread)
    .filter((value) => value !== null && typeof value !== "object" && value !== "")
    .map(String);
}

const spread = (value: Json): Json[] => (Array.isArray(value) ? value : [value]);

/**
 * Whether the call was refused or failed, as the server tells it (`Outcome = failed`). Sign-ins tell it in a message, or
 * in their answer alone.
 */
export const failed = (record: EventRecord): boolean =>
  textAt(record, "errorCode") !== undefined ||
  textAt(record, "errorMessage") !== undefined ||
  (textAt(record, "eventSource") === "signin.amazonaws.com" && answerOf(record) === "Failure");

const answerOf = ({ eventName, responseElements }: EventRecord): Json | undefined =>
  typeof eventName === "string" && responseElements !== undefined && isObject(responseElements)
    ? responseElements[eventName]
    : undefined;

/** Whether it failed for lack of permission, as the server tells it (`Outcome = denied`). */
export const denied = (record: EventRecord): boolean =>
  /AccessDenied|Unauthorized|NotAuthorized|AuthorizationError|Forbidden/.test(
    (textAt(record, "errorCode") ?? "").slice(0, 128),
  );

/** What came of the call: what was denied has failed too. */
export const outcomesOf = (record: EventRecord): string[] => {
  if (denied(record)) return ["failed", "denied"];
  return [failed(record) ? "failed" : "succeeded"];
};
