import { useCollection } from "@cloudscape-design/collection-hooks";
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useMemo } from "react";
import { useSearchParams } from "react-router";
import { count, many } from "../insights/words";
import { EmptyState } from "../shell/empty-state";
import { useTime } from "../shell/time";
import { columnsOf } from "./result-columns";
import type { Result, ResultState, Run } from "./run";
import { unlistedInWords } from "./unlisted-in-words";

const SHOWN: { id: string; name: string; states: ResultState[] }[] = [
  { id: "all", name: "All", states: ["invalid", "unchecked", "gap", "warning", "valid"] },
  { id: "problems", name: "Problems", states: ["invalid", "unchecked"] },
  { id: "warnings", name: "Gaps and warnings", states: ["gap", "warning"] },
  { id: "valid", name: "Valid", states: ["valid"] },
];

/** The result of a validation, file by file. */
export function ResultsTable({ run }: { run: Run }) {
  const time = useTime();
  const [search, setSearch] = useSearchParams();
  const hasProblems = run.state !== "running" && run.counts.invalid + run.counts.unchecked > 0;
  const chosen = search.get("show") ?? (hasProblems ? "problems" : "all");
  const shown = SHOWN.find(({ id }) => id === chosen) ?? SHOWN[0];
  const states = shown?.states ?? [];
  const results = useMemo(
    () => (shown?.id === "all" ? run.results : run.results.filter(({ state }) => states.includes(state))),
    [run.results, shown, states],
  );
  const columns = useMemo(() => columnsOf(time), [time]);
  const { items, collectionProps, paginationProps, filterProps, filteredItemsCount } = useCollection(
    results,
    {
      filtering: {
        fields: ["object", "finding", "kind"],
        empty: <Box textAlign="center">None</Box>,
        noMatch: <EmptyState title="No file matches">Change the filter.</EmptyState>,
      },
      pagination: { pageSize: 25 },
      sorting: {},
    },
  );
  const numberOf = (of: ResultState[]) => of.reduce((sum, state) => sum + run.counts[state], 0);
  return (
    <Table<Result>
      {...collectionProps}
      items={items}
      columnDefinitions={columns}
      trackBy={({ id }) => String(id)}
      loading={run.state === "running" && run.results.length === 0}
      loadingText="Reading digests"
      resizableColumns
      wrapLines
      header={
        <Header
          variant="h2"
          counter={`(${count(numberOf(states))})`}
          description={unlistedInWords(run.unlisted)}
          actions={
            <SegmentedControl
              label="Which results"
              selectedId={shown?.id ?? null}
              options={SHOWN.map(({ id, name, states }) => ({
                id,
                text: `${name} (${count(numberOf(states))})`,
              }))}
              onChange={({ detail }) =>
                setSearch(
                  (before) => {
                    const query = new URLSearchParams(before);
                    query.set("show", detail.selectedId);
                    return query;
                  },
                  { replace: true },
                )
              }
            />
          }
        >
          File by file
        </Header>
      }
      filter={
        <SpaceBetween size="xs">
          <TextFilter
            {...filterProps}
            filteringPlaceholder="Find by name or finding"
            filteringAriaLabel="Find results"
            countText={many(filteredItemsCount ?? 0, "match", "matches")}
          />
        </SpaceBetween>
      }
      pagination={<Pagination {...paginationProps} />}
    />
  );
}
