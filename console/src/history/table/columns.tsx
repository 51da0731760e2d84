import Badge from "@cloudscape-design/components/badge";
import Icon from "@cloudscape-design/components/icon";
import Link from "@cloudscape-design/components/link";
import type { TableProps } from "@cloudscape-design/components/table";
import { type EventItem, RESOURCES_MAX } from "../../api/history";
import { Breakable } from "../../shell/breakable";
import type { TimeWords } from "../../shell/time";
import { visible } from "../../shell/visible";
import { eventHref } from "../paths";
import { failed, recordOf, textAt } from "../record";
import { sentenceText } from "../sentence";
import { codeOf } from "../template";

type Column = TableProps.ColumnDefinition<EventItem> & { id: string };

/** The columns that AWS shows at first. */
export const VISIBLE_AT_FIRST = [
  "EventName",
  "EventTime",
  "Username",
  "EventSource",
  "ResourceType",
  "ResourceName",
];

/** What each column is called; those of AWS's console, then ours. */
export const COLUMN_LABELS: Readonly<Record<string, string>> = {
  EventName: "Event name",
  EventTime: "Event time",
  Username: "User name",
  EventSource: "Event source",
  ResourceType: "Resource type",
  ResourceName: "Resource name",
  AccessKeyId: "AWS access key",
  AwsRegion: "AWS region",
  ErrorCode: "Error code",
  EventId: "Event ID",
  ReadOnly: "Read-only",
  RequestId: "Request ID",
  SourceIPAddress: "Source IP address",
  Sentence: "What happened",
  UserAgent: "User agent",
};

/** In pixels, on wide screens and on smaller ones: the columns of AWS fit beside the navigation on 1440 and on 1280. */
const WIDTHS: Readonly<Record<string, readonly [wide: number, small: number]>> = {
  EventName: [200, 170],
  EventTime: [182, 182],
  Username: [135, 130],
  EventSource: [215, 170],
  ResourceType: [160, 140],
  ResourceName: [150, 119],
  Sentence: [520, 420],
  EventId: [330, 330],
  RequestId: [330, 330],
};

/** Between them columns are narrower; below, nobody sees all of them at once whatever their width. */
const [NARROW_PX, WIDE_PX] = [900, 1400];

/** On a phone what happened and when are seen together; the time takes two lines. */
const ON_PHONES: Readonly<Record<string, number>> = { EventName: 160, EventTime: 122 };
const PHONE_PX = 500;

/** The width that a column begins with. */
function widthOf(id: string): number {
  const [wide, small] = WIDTHS[id] ?? [180, 160];
  if (window.innerWidth < PHONE_PX) return ON_PHONES[id] ?? wide;
  return window.innerWidth >= NARROW_PX && window.innerWidth < WIDE_PX ? small : wide;
}

/** The columns of the table of events; nothing is sorted, for the history is newest first. */
export function columnsOf(region: string, time: TimeWords, isNew: (event: EventItem) => boolean): Column[] {
  const column = (id: string, cell: (event: EventItem) => React.ReactNode): Column => ({
    id,
    header:
      id === "EventTime"
        ? `${COLUMN_LABELS[id]} (${time.zone === "utc" ? "UTC" : "local"})`
        : COLUMN_LABELS[id],
    cell,
    width: widthOf(id),
    minWidth: 100,
    isRowHeader: id === "EventName",
  });
  const recorded = (id: string, path: string) =>
    column(id, (event) => visible(textAt(recordOf(event), path) ?? NOTHING));
  return [
    column("EventName", (event) => <EventName region={region} event={event} isNew={isNew(event)} />),
    column("EventTime", (event) => (
      <span title={time.full(event.EventTime)}>{time.short(event.EventTime)}</span>
    )),
    column("Username", (event) => <Breakable>{event.Username || NOTHING}</Breakable>),
    column("EventSource", (event) => <Breakable>{event.EventSource ?? NOTHING}</Breakable>),
    column("ResourceType", ({ Resources }) => (
      <Breakable>{several(Resources.map((resource) => resource.ResourceType))}</Breakable>
    )),
    column("ResourceName", ({ Resources }) => {
      const names = Resources.map((resource) => resource.ResourceName);
      return (
        <span title={titleOf(names)}>
          <Breakable>{withoutAccount(several(names))}</Breakable>
        </span>
      );
    }),
    column("AccessKeyId", (event) => visible(event.AccessKeyId || NOTHING)),
    recorded("AwsRegion", "awsRegion"),
    recorded("ErrorCode", "errorCode"),
    column("EventId", (event) => visible(event.EventId)),
    column("ReadOnly", (event) => event.ReadOnly || NOTHING),
    recorded("RequestId", "requestID"),
    recorded("SourceIPAddress", "sourceIPAddress"),
    column("Sentence", (event) => sentenceText(recordOf(event))),
    recorded("UserAgent", "userAgent"),
  ];
}

const NOTHING = "–";

/** What an ARN names, without where it is: `trail/main`. All of it is told to the pointer, and on the event's page. */
const withoutAccount = (name: string) => name.replace(/^arn:(?:[^:]*:){4}(?=.)/, "");

/** The most names that the pointer is told: the page of the event has them all. */
const TITLE_MAX = 12;

/** A name a line. */
function titleOf(names: (string | undefined)[]): string {
  const known = names.filter((name) => name !== undefined).map(visible);
  const rest = known.length - TITLE_MAX;
  return [...known.slice(0, TITLE_MAX), ...(rest > 0 ? [`and ${rest} more`] : [])].join("\n");
}

/** `web, and 2 more`; of some events there are more than the history keeps. */
function several(names: (string | undefined)[]): string {
  const known = [...new Set(names.filter((name) => name))];
  const [first] = known;
  if (!first) return NOTHING;
  if (known.length >= RESOURCES_MAX) return `${first}, and ${known.length - 1} or more others`;
  return known.length === 1 ? first : `${first}, and ${known.length - 1} more`;
}

function EventName({ region, event, isNew }: { region: string; event: EventItem; isNew: boolean }) {
  const record = recordOf(event);
  const code = codeOf(record) ?? "the call failed";
  return (
    <>
      {isNew && <Badge color="blue">New</Badge>}{" "}
      <Link href={eventHref(region, event.EventId)}>
        <Breakable>{event.EventName ?? NOTHING}</Breakable>
      </Link>{" "}
      {failed(record) && (
        <span title={code}>
          <Icon name="status-negative" variant="error" size="small" ariaLabel={`Failed: ${code}`} />
        </span>
      )}
    </>
  );
}
