import { useCollection } from "@cloudscape-design/collection-hooks";
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import Table from "@cloudscape-design/components/table";
import { useMemo, useState } from "react";
import { EmptyState } from "../../shell/empty-state";
import { ActionName } from "../action-name";
import { HowOften } from "../how-often";
import type { Sensitivity } from "../told";
import { useClock } from "../use-clock";
import { WhatHappened } from "../what-happened";
import { count, pace, span } from "../words";
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
          counter={`(${count(rows.length)}${isRunning ? " so far" : ""})`}
          actions={
            <SegmentedControl
              label="Sensitivity"
              selectedId={level}
              options={countsOf(found).map(([id, number]) => ({
                id,
                text: `${NAMES[id]} (${count(number)})`,
              }))}
              onChange={({ detail }) => setLevel(detail.selectedId as Sensitivity)}
            />
          }
        >
          Found
        </Header>
      }
      pagination={<Pagination {...paginationProps} />}
      empty={
        state === "done" ? (
          <EmptyState title="Nothing unusual">Nothing is found at {level} sensitivity.</EmptyState>
        ) : (
          // What was not looked at to the end says nothing of the rest.
          <Box textAlign="center">None so far</Box>
        )
      }
      columnDefinitions={[
        {
          id: "name",
          header: "Event name",
          isRowHeader: true,
          sortingField: "eventName",
          cell: ({ eventId, eventName, eventSource }) => (
            <ActionName id={eventId ?? undefined} name={eventName} source={eventSource} />
          ),
        },
        {
          id: "what",
          minWidth: 150,
          header: "What",
          sortingField: "direction",
          cell: ({ direction, errorCode }) => <WhatHappened way={direction} errorCode={errorCode} />,
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
          minWidth: 135,
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
        {
          id: "calls",
          header: "Number",
          minWidth: 110,
          sortingField: "calls",
          cell: ({ calls }) => count(calls),
        },
        {
          id: "told",
          header: "Told",
          cell: ({ eventId }) => (eventId ? "Yes" : "No"),
        },
      ]}
    />
  );
}
