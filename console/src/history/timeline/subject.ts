import type { EventItem, Filter, FilterField } from "../../api/history";
import { labelOf } from "../fields";
import { isWhole, type Range, WHOLE, writeRange } from "../range";
import { type EventRecord, textAt } from "../record";

/** Whose events a timeline shows: one value of a field. */
export interface Subject {
  field: FilterField;
  value: string;
}

/** What a timeline can be of, and what such a thing is called. */
export const KINDS: readonly { field: FilterField; kind: string }[] = [
  { field: "PrincipalArn", kind: "Principal" },
  { field: "Username", kind: "User name" },
  { field: "AccessKeyId", kind: "Session or access key" },
  { field: "ResourceName", kind: "Resource" },
  { field: "SourceIPAddress", kind: "IP address" },
];

export const kindOf = (field: FilterField): string =>
  KINDS.find((kind) => kind.field === field)?.kind ?? labelOf(field);

/** The same within a sentence: `session or access key`, `IP address`. */
export const kindInText = (field: FilterField): string =>
  kindOf(field).replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase());

/** The path of a subject's timeline. */
export function timelinePath({ field, value }: Subject, range: Range = WHOLE): string {
  const query = new URLSearchParams({ by: field, value });
  if (!isWhole(range)) writeRange(range, query);
  return `/timeline?${query}`;
}

/** Reads the subject from an address; `undefined` where it tells none. */
export function readSubject(query: URLSearchParams): Subject | undefined {
  const by = query.get("by");
  const value = query.get("value")?.trim();
  const known = KINDS.find(({ field }) => field === by);
  return known && value ? { field: known.field, value } : undefined;
}

export const filterOf = ({ field, value }: Subject): Filter => ({
  Field: field,
  Operator: "Equals",
  Values: [value],
});

/** The timelines that an event is part of. */
export function subjectsOf(event: EventItem, record: EventRecord): Subject[] {
  const arn = textAt(record, "userIdentity.arn");
  const address = textAt(record, "sourceIPAddress");
  const found: (Subject | undefined)[] = [
    arn ? { field: "PrincipalArn", value: arn } : undefined,
    !arn && event.Username ? { field: "Username", value: event.Username } : undefined,
    event.AccessKeyId ? { field: "AccessKeyId", value: event.AccessKeyId } : undefined,
    address ? { field: "SourceIPAddress", value: address } : undefined,
  ];
  return found.filter((subject) => subject !== undefined);
}
