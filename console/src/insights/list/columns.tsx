import Badge from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";
import { href } from "../../shell/href";
import type { Clock } from "../sentences";
import { rate } from "../words";
import { lastedInWords, type Row } from "./row";

/** All columns, in the order in which they stand. */
export const COLUMN_NAMES = {
  name: "Event name",
  direction: "What",
  source: "Event source",
  errorCode: "Error code",
  began: "Began",
  lasted: "Lasted",
  usual: "Usual a minute",
  happened: "Then a minute",
  caller: "Caused by",
  sensitivity: "Sensitivity",
  category: "Events",
  trail: "Trail of the data events",
  id: "Shared event ID",
} as const;

type Column = TableProps.ColumnDefinition<Row>;

export function columnDefinitions(clock: Clock): Column[] {
  const cells: Record<keyof typeof COLUMN_NAMES, (row: Row) => React.ReactNode> = {
    name: ({ id, name }) => <Link href={href(`/insights/${id}`)}>{name}</Link>,
    direction: Direction,
    source: ({ source }) => source,
    errorCode: ({ errorCode }) => errorCode || NONE,
    began: ({ began }) => clock.minute(began),
    lasted: Lasted,
    usual: ({ usual }) => <Figure>{rate(usual)}</Figure>,
    happened: ({ happened }) => <Figure>{rate(happened)}</Figure>,
    caller: ({ caller, callersMore }) =>
      caller ? `${caller}${callersMore ? ` +${callersMore}` : ""}` : NONE,
    sensitivity: ({ sensitivity }) => sensitivity,
    category: ({ category }) => category,
    trail: ({ trail }) => trail || NONE,
    id: ({ id }) => <Box variant="code">{id}</Box>,
  };
  return Object.entries(COLUMN_NAMES).map(([id, header]) => {
    const key = id as keyof typeof COLUMN_NAMES;
    return {
      id,
      header: key === "began" ? `${header} (${clock.zone(Date.now() / 1000)})` : header,
      cell: cells[key],
      sortingField: id,
      ...(key === "name" ? { isRowHeader: true } : {}),
    };
  });
}

const NONE = "–";

function Direction({ direction, kind }: Row) {
  return (
    <SpaceBetween direction="horizontal" size="xxs" alignItems="center">
      <Badge color={direction === "Surge" ? "severity-high" : "blue"}>{direction}</Badge>
      <span>{kind === "Error rate" ? "of errors" : "of calls"}</span>
    </SpaceBetween>
  );
}

function Lasted(row: Row) {
  return row.state === "Over" ? (
    lastedInWords(row)
  ) : (
    <StatusIndicator type="in-progress">{lastedInWords(row)}</StatusIndicator>
  );
}

function Figure({ children }: { children: string }) {
  return <span style={{ fontVariantNumeric: "tabular-nums" }}>{children}</span>;
}
