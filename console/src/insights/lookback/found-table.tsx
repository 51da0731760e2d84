import { useCollection } from "@cloudscape-design/collection-hooks";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import Pagination from "@cloudscape-design/components/pagination";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import Table from "@cloudscape-design/components/table";
import { useMemo, useState } from "react";
import { Breakable } from "../../shell/breakable";
import { EmptyState } from "../../shell/empty-state";
import { href } from "../../shell/href";
import { HowOften } from "../how-often";
import type { Sensitivity } from "../told";
import { useClock } from "../use-clock";
import { count, pace, service, span } from "../words";
import { countsOf, foundAt } from "./found-row";
import type { LookBack } from "./use-backtest";

const NAMES: Record<Sensitivity, string> = { low: "Low", medium: "Medium", high: "High" };

/** What a look back found, at the sensitivity that is chosen. */
export function FoundTable({ lookBack: { found, state } }: { lookBack: LookBack }) {
  const clock = useClock();
  const [level, setLevel] = useState<Sensitivity>("medium");
  const rows = useMemo(() => foundAt(found, level), [found, level]);
  const { items, collectionProps, paginationProps } = useCollection(rows, {
    pagination: { pageSize: 25 },
    sorting: {},
  });
  const isRunning = state === "running";
  return (
    <Table
      {...collectionProps}
      wrapLines
      items={items}
      trackBy="id"
      loading={isRunning && found.length === 0}
      loadingText="Looking back"
      header={
        <Header
          variant="h2"
          counter={`(${rows.length}${isRunning ? " so far" : ""})`}
          actions={
            <SegmentedControl
              label="Sensitivity"
              selectedId={level}
              options={countsOf(found).map(([id, number]) => ({ id, text: `${NAMES[id]} (${number})` }))}
              onChange={({ detail }) => setLevel(detail.selectedId as Sensitivity)}
            />
          }
        >
          Found
        </Header>
      }
      pagination={<Pagination {...paginationProps} />}
      empty={<EmptyState title="Nothing unusual">Nothing is found at {level} sensitivity.</EmptyState>}
      columnDefinitions={[
        {
          id: "name",
          header: "Event name",
          isRowHeader: true,
          sortingField: "eventName",
          cell: ({ eventId, eventName }) =>
            eventId ? (
              <Link href={href(`/insights/${eventId}`)}>
                <Breakable>{eventName}</Breakable>
              </Link>
            ) : (
              <Breakable>{eventName}</Breakable>
            ),
        },
        {
          id: "what",
          header: "What",
          sortingField: "direction",
          cell: ({ direction, errorCode }) => (
            <Breakable>
              {`${direction === "surge" ? "Surge" : "Silence"} of ${errorCode ? `${errorCode} errors` : "calls"}`}
            </Breakable>
          ),
        },
        {
          id: "source",
          header: "Event source",
          sortingField: "eventSource",
          cell: (row) => service(row.eventSource),
        },
        {
          id: "began",
          minWidth: 170,
          header: `Began (${clock.zone(Date.now() / 1000)})`,
          sortingField: "began",
          cell: ({ began }) => clock.minute(began),
        },
        {
          id: "lasted",
          header: "Lasted",
          sortingField: "lasted",
          cell: ({ lasted }) => (lasted === undefined ? "Goes on" : span(lasted)),
        },
        {
          id: "happened",
          minWidth: 165,
          header: "How often",
          sortingField: "happened",
          cell: ({ happened, usual }) => <HowOften happened={pace(happened)} usual={pace(usual)} />,
        },
        { id: "calls", header: "In all", sortingField: "calls", cell: ({ calls }) => count(calls) },
        {
          id: "told",
          header: "Told",
          cell: ({ eventId }) => (eventId ? "Yes" : "No"),
        },
      ]}
    />
  );
}
