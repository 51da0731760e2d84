import Box from "@cloudscape-design/components/box";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";
import { Breakable } from "../../shell/breakable";
import { ActionName } from "../action-name";
import { HowOften } from "../how-often";
import type { Clock } from "../sentences";
import { WhatHappened } from "../what-happened";
import { pace, service } from "../words";
import { lastedInWords, type Row } from "./row";

/** All columns, in the order in which they stand. */
export const COLUMN_NAMES = {
  name: "Event name",
  direction: "What",
  source: "Event source",
  errorCode: "Error code",
  began: "Began",
  happened: "How often",
  caller: "Caused by",
  lasted: "Lasted",
  usual: "Usually",
  sensitivity: "Sensitivity",
  category: "Events",
  trail: "Trail of the data events",
  id: "Shared event ID",
} as const;

type Column = TableProps.ColumnDefinition<Row>;

export function columnDefinitions(clock: Clock): Column[] {
  const cells: Record<keyof typeof COLUMN_NAMES, (row: Row) => React.ReactNode> = {
    name: ActionName,
    direction: ({ episode, errorCode }) => <WhatHappened way={episode.way} errorCode={errorCode} />,
    source: ({ source }) => service(source),
    errorCode: ({ errorCode }) => errorCode || NONE,
    began: ({ began }) => clock.minute(began),
    lasted: Lasted,
    happened: ({ happened, usual }) => (
      <Figure>
        <HowOften happened={pace(happened)} usual={pace(usual)} />
      </Figure>
    ),
    usual: ({ usual }) => <Figure>{pace(usual)}</Figure>,
    caller: ({ caller, callersMore }) =>
      caller ? <Breakable>{`${caller}${callersMore ? ` +${callersMore}` : ""}`}</Breakable> : NONE,
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
      ...(NARROWEST[key] ? { minWidth: NARROWEST[key] } : {}),
      ...(key === "name" ? { isRowHeader: true } : {}),
    };
  });
}

/** Pixels: what is told in them stays on a line. */
const NARROWEST: Partial<Record<keyof typeof COLUMN_NAMES, number>> = {
  direction: 150,
  began: 165,
  happened: 160,
  lasted: 190,
};

const NONE = "–";

function Lasted(row: Row) {
  return row.state === "Over" ? (
    lastedInWords(row)
  ) : (
    <StatusIndicator type="in-progress">{lastedInWords(row)}</StatusIndicator>
  );
}

function Figure({ children }: { children: React.ReactNode }) {
  return <span style={{ fontVariantNumeric: "tabular-nums" }}>{children}</span>;
}
