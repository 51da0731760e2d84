import { useCollection } from "@cloudscape-design/collection-hooks";
import CollectionPreferences from "@cloudscape-design/components/collection-preferences";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import PropertyFilter, { type PropertyFilterProps } from "@cloudscape-design/components/property-filter";
import Table from "@cloudscape-design/components/table";
import { type ReactNode, useMemo } from "react";
import { EmptyState } from "../../shell/empty-state";
import { type Preference, usePreference } from "../../shell/preference";
import { useClock } from "../use-clock";
import { count, many } from "../words";
import { COLUMN_NAMES, columnDefinitions } from "./columns";
import { PROPERTIES } from "./filter";
import type { Row } from "./row";

interface InsightsTableProps {
  rows: Row[];
  loading: boolean;
  /** What stands where there are none at all. */
  empty: ReactNode;
  query: PropertyFilterProps.Query;
  onQuery: (query: PropertyFilterProps.Query) => void;
  /** Above the table, beside its heading: the time, a button. */
  actions: ReactNode;
  description?: ReactNode;
}

interface Shown {
  columns: string[];
  pageSize: number;
  wrapLines: boolean;
}

const SHOWN: Preference<Shown> = {
  key: "insights.table",
  version: 2,
  initial: {
    columns: ["name", "direction", "began", "happened", "caller", "lasted"],
    pageSize: 25,
    wrapLines: true,
  },
};

/** Insights, start and end of each together. */
export function InsightsTable({
  rows,
  loading,
  empty,
  query,
  onQuery,
  actions,
  description,
}: InsightsTableProps) {
  const clock = useClock();
  const [shown, setShown] = usePreference(SHOWN);
  const columns = useMemo(() => columnDefinitions(clock), [clock]);
  const noMatch = (
    <EmptyState title="No insight matches">Change the filter, or look further back.</EmptyState>
  );
  const { items, collectionProps, paginationProps, propertyFilterProps, filteredItemsCount } = useCollection(
    rows,
    {
      propertyFiltering: {
        empty,
        noMatch,
        filteringProperties: PROPERTIES.map(({ key, one, many, contains }) => ({
          key,
          propertyLabel: one,
          groupValuesLabel: many,
          operators: contains ? ["=", "!=", ":", "!:"] : ["=", "!="],
        })),
        defaultQuery: query,
      },
      pagination: { pageSize: shown.pageSize },
      sorting: { defaultState: { sortingColumn: { sortingField: "began" }, isDescending: true } },
    },
  );
  const change = (next: PropertyFilterProps.Query) => {
    propertyFilterProps.onChange({ detail: next } as Parameters<typeof propertyFilterProps.onChange>[0]);
    onQuery(next);
  };
  const isFiltered = query.tokens.length > 0;
  const counter = isFiltered
    ? `(${count(filteredItemsCount ?? 0)}/${count(rows.length)})`
    : `(${count(rows.length)})`;
  return (
    <Table
      {...collectionProps}
      items={items}
      columnDefinitions={columns}
      columnDisplay={Object.keys(COLUMN_NAMES).map((id) => ({ id, visible: shown.columns.includes(id) }))}
      trackBy="id"
      loading={loading}
      loadingText="Loading insights"
      wrapLines={shown.wrapLines}
      stickyColumns={{ first: 1 }}
      enableKeyboardNavigation
      renderAriaLive={({ visibleItemsCount, totalItemsCount }) =>
        `${visibleItemsCount} of ${totalItemsCount} insights`
      }
      totalItemsCount={filteredItemsCount ?? rows.length}
      header={
        <Header variant="h2" actions={actions} description={description} {...(loading ? {} : { counter })}>
          Insights
        </Header>
      }
      filter={
        <PropertyFilter
          {...propertyFilterProps}
          onChange={({ detail }) => change(detail)}
          filteringPlaceholder="Filter insights"
          filteringAriaLabel="Filter insights"
          countText={many(filteredItemsCount ?? 0, "match", "matches")}
          expandToViewport
        />
      }
      pagination={<Pagination {...paginationProps} />}
      preferences={
        <CollectionPreferences
          title="Preferences"
          confirmLabel="Confirm"
          cancelLabel="Cancel"
          preferences={{
            pageSize: shown.pageSize,
            wrapLines: shown.wrapLines,
            visibleContent: shown.columns,
          }}
          pageSizePreference={{
            title: "Page size",
            options: [10, 25, 50, 100].map((value) => ({ value, label: `${value} insights` })),
          }}
          wrapLinesPreference={{ label: "Wrap lines", description: "Show all of a text that is long" }}
          visibleContentPreference={{
            title: "Columns",
            options: [
              {
                label: "Properties of an insight",
                options: Object.entries(COLUMN_NAMES).map(([id, label]) => ({
                  id,
                  label,
                  editable: id !== "name",
                })),
              },
            ],
          }}
          onConfirm={({ detail }) =>
            setShown({
              columns: [...(detail.visibleContent ?? shown.columns)],
              pageSize: detail.pageSize ?? shown.pageSize,
              wrapLines: detail.wrapLines ?? shown.wrapLines,
            })
          }
        />
      }
    />
  );
}
