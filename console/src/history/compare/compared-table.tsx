import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Icon from "@cloudscape-design/components/icon";
import Link from "@cloudscape-design/components/link";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { Fragment, type ReactNode, useMemo } from "react";
import type { EventItem } from "../../api/history";
import { type TimeWords, useTime } from "../../shell/time";
import { visible } from "../../shell/visible";
import { eventHref } from "../paths";
import styles from "./compared.module.css";
import type { ComparedRow } from "./differences";

interface ComparedTableProps {
  region: string;
  events: EventItem[];
  rows: ComparedRow[];
  /** Whether rows that don't differ are there too, so that those that do are marked. */
  isWhole: boolean;
  header: ReactNode;
  onRemove: (id: string) => void;
}

/** Events beside each other, a field a row; what differs is marked. */
export function ComparedTable({ region, events, rows, isWhole, header, onRemove }: ComparedTableProps) {
  const time = useTime();
  const columns = useMemo(
    () => [
      fieldColumn(isWhole),
      ...events.map((event, at) => columnOf({ event, at, region, time, onRemove })),
    ],
    [isWhole, events, region, time, onRemove],
  );
  return (
    <Table<ComparedRow>
      variant="container"
      header={header}
      items={rows}
      trackBy="path"
      columnDefinitions={columns}
      stickyColumns={{ first: 1 }}
      sortingDisabled
      resizableColumns
      wrapLines
      stripedRows
      cellVerticalAlign="top"
      contentDensity="compact"
      ariaLabels={{ tableLabel: "Compared events" }}
      empty={
        <Box textAlign="center" color="inherit">
          The events are the same in every field.
        </Box>
      }
    />
  );
}

const fieldColumn = (isWhole: boolean): TableProps.ColumnDefinition<ComparedRow> => ({
  id: "field",
  header: "Field",
  isRowHeader: true,
  width: isNarrow() ? 150 : 280,
  minWidth: 120,
  cell: ({ path, differs }) => (
    <>
      {isWhole && differs && (
        <Icon name="status-warning" variant="warning" size="small" ariaLabel="Differs" />
      )}{" "}
      <Path path={path} />
    </>
  ),
});

const isNarrow = () => window.matchMedia("(max-width: 600px)").matches;

/** A path may be broken after each member. */
function Path({ path }: { path: string }) {
  const members = path.split(/(?<=[.\]])/);
  return (
    <span className={path.includes(" ") ? undefined : styles.path}>
      {members.map((member, at) => (
        <Fragment key={members.slice(0, at + 1).join("")}>
          {member}
          <wbr />
        </Fragment>
      ))}
    </span>
  );
}

interface ColumnProps {
  event: EventItem;
  at: number;
  region: string;
  time: TimeWords;
  onRemove: (id: string) => void;
}

function columnOf({
  event,
  at,
  region,
  time,
  onRemove,
}: ColumnProps): TableProps.ColumnDefinition<ComparedRow> {
  return {
    id: event.EventId,
    width: isNarrow() ? 220 : 320,
    minWidth: 160,
    header: (
      <div className={styles.event}>
        <div>
          <Link href={eventHref(region, event.EventId)}>{visible(event.EventName ?? "–")}</Link>
          <Box variant="small" display="block" color="text-body-secondary">
            {time.short(event.EventTime)}
          </Box>
        </div>
        <Button
          variant="icon"
          iconName="close"
          ariaLabel={`Leave out ${visible(event.EventName ?? "–")} of ${time.short(event.EventTime)}`}
          onClick={() => onRemove(event.EventId)}
        />
      </div>
    ),
    cell: (row) => <Value value={row.values[at]} row={row} />,
  };
}

function Value({ value, row }: { value: string | undefined; row: ComparedRow }) {
  if (value === undefined) return <span className={styles.absent}>not there</span>;
  const standsOut = row.differs && row.usual !== undefined && value !== row.usual;
  return <span className={standsOut ? styles.differs : undefined}>{visible(value)}</span>;
}
