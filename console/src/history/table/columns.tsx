import Badge from "@cloudscape-design/components/badge";
import Icon from "@cloudscape-design/components/icon";
import Link from "@cloudscape-design/components/link";
import type { TableProps } from "@cloudscape-design/components/table";
import type { EventItem } from "../../api/history";
import type { TimeWords } from "../../shell/time";
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

const WIDTHS: Readonly<Record<string, number>> = {
  EventName: 225,
  EventTime: 280,
  Username: 160,
  EventSource: 220,
  ResourceType: 180,
  ResourceName: 210,
  Sentence: 520,
  EventId: 330,
  RequestId: 330,
};

/** The columns of the table of events; nothing is sorted, for the history is newest first. */
export function columnsOf(region: string, time: TimeWords, isNew: (event: EventItem) => boolean): Column[] {
  const column = (id: string, cell: (event: EventItem) => React.ReactNode): Column => ({
    id,
    header: COLUMN_LABELS[id],
    cell,
    // A local time tells how far it is from UTC, which is longer.
    width: id === "EventTime" && time.zone === "local" ? 325 : (WIDTHS[id] ?? 180),
    minWidth: 100,
    isRowHeader: id === "EventName",
  });
  const recorded = (id: string, path: string) =>
    column(id, (event) => textAt(recordOf(event), path) ?? NOTHING);
  return [
    column("EventName", (event) => <EventName region={region} event={event} isNew={isNew(event)} />),
    column("EventTime", (event) => time.full(event.EventTime)),
    column("Username", (event) => event.Username || NOTHING),
    column("EventSource", (event) => event.EventSource),
    column("ResourceType", ({ Resources }) => several(Resources.map((resource) => resource.ResourceType))),
    column("ResourceName", ({ Resources }) => several(Resources.map((resource) => resource.ResourceName))),
    column("AccessKeyId", (event) => event.AccessKeyId || NOTHING),
    recorded("AwsRegion", "awsRegion"),
    recorded("ErrorCode", "errorCode"),
    column("EventId", (event) => event.EventId),
    column("ReadOnly", (event) => event.ReadOnly || NOTHING),
    recorded("RequestId", "requestID"),
    recorded("SourceIPAddress", "sourceIPAddress"),
    column("Sentence", (event) => sentenceText(recordOf(event))),
    recorded("UserAgent", "userAgent"),
  ];
}

const NOTHING = "–";

/** `web, and 2 more`. */
function several(names: (string | undefined)[]): string {
  const known = [...new Set(names.filter((name) => name))];
  const [first] = known;
  if (!first) return NOTHING;
  return known.length === 1 ? first : `${first}, and ${known.length - 1} more`;
}

function EventName({ region, event, isNew }: { region: string; event: EventItem; isNew: boolean }) {
  const record = recordOf(event);
  const code = codeOf(record) ?? "the call failed";
  return (
    <>
      {isNew && <Badge color="blue">New</Badge>}{" "}
      <Link href={eventHref(region, event.EventId)}>{event.EventName}</Link>{" "}
      {failed(record) && (
        <span title={code}>
          <Icon name="status-negative" variant="error" size="small" ariaLabel={`Failed: ${code}`} />
        </span>
      )}
    </>
  );
}
