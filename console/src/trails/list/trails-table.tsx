import { useCollection } from "@cloudscape-design/collection-hooks";
import CollectionPreferences, {
  type CollectionPreferencesProps,
} from "@cloudscape-design/components/collection-preferences";
import Pagination from "@cloudscape-design/components/pagination";
import Table from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useMemo, useState } from "react";
import { EmptyState } from "../../shell/empty-state";
import { type Preference, usePreference } from "../../shell/preference";
import { relative } from "../../shell/time";
import { useTrailActions } from "../actions/use-trail-actions";
import { columns, DEFAULT_COLUMNS, type Row } from "./columns";
import { NoTrails } from "./no-trails";
import { TrailsHeader } from "./trails-header";

const SHOWN: Preference<CollectionPreferencesProps.Preferences> = {
  key: "trails-table",
  version: 2,
  initial: { pageSize: 25, wrapLines: true, stripedRows: false, visibleContent: DEFAULT_COLUMNS },
};

interface TrailsTableProps {
  rows: Row[];
  isPending: boolean;
  isFetching: boolean;
  onRefresh: () => void;
}

/** The trails of a Region, with what can be done to one. */
export function TrailsTable({ rows, isPending, isFetching, onRefresh }: TrailsTableProps) {
  const [preferences, setPreferences] = usePreference(SHOWN);
  const [chosen, setChosen] = useState<string>();
  const actions = useTrailActions(() => setChosen(undefined));
  const definitions = useMemo(() => columns((moment) => relative(moment, new Date())), []);
  const {
    items,
    filterProps,
    paginationProps,
    collectionProps,
    filteredItemsCount,
    actions: search,
  } = useCollection(rows, {
    filtering: {
      fields: [],
      filteringFunction: ({ trail }, text) =>
        JSON.stringify(Object.values(trail)).toLowerCase().includes(text.toLowerCase()),
      noMatch: <EmptyState title="No trail matches">No trail has this in its name or settings.</EmptyState>,
      empty: <NoTrails />,
    },
    pagination: { pageSize: preferences.pageSize ?? 25 },
    sorting: { defaultState: { sortingColumn: definitions[0] ?? {} } },
  });
  const selected = rows.filter(({ trail }) => trail.TrailARN === chosen);
  return (
    <>
      <Table
        {...collectionProps}
        variant="full-page"
        stickyHeader
        items={items}
        columnDefinitions={definitions}
        visibleColumns={preferences.visibleContent ?? DEFAULT_COLUMNS}
        wrapLines={preferences.wrapLines ?? false}
        stripedRows={preferences.stripedRows ?? false}
        contentDensity={preferences.contentDensity ?? "comfortable"}
        trackBy={({ trail }) => trail.TrailARN}
        selectionType="single"
        selectedItems={selected}
        onSelectionChange={({ detail }) => setChosen(detail.selectedItems[0]?.trail.TrailARN)}
        loading={isPending}
        loadingText="Loading trails"
        totalItemsCount={filteredItemsCount ?? rows.length}
        renderAriaLive={({ visibleItemsCount, totalItemsCount }) =>
          `${visibleItemsCount} of ${totalItemsCount} trails`
        }
        ariaLabels={{
          tableLabel: "Trails",
          selectionGroupLabel: "Trail to act on",
          itemSelectionLabel: (_, { trail }) => `Select ${trail.Name}`,
        }}
        header={
          <TrailsHeader
            count={rows.length}
            selected={selected[0]}
            actions={actions}
            isFetching={isFetching}
            onRefresh={onRefresh}
          />
        }
        filter={
          <TextFilter
            {...filterProps}
            filteringPlaceholder="Find trails"
            filteringAriaLabel="Find trails"
            countText={filteredItemsCount === 1 ? "1 match" : `${filteredItemsCount} matches`}
            filteringClearAriaLabel="Clear"
            onDelayedChange={() => search.setCurrentPage(1)}
          />
        }
        pagination={<Pagination {...paginationProps} />}
        preferences={<Preferences preferences={preferences} onConfirm={setPreferences} />}
      />
      {actions.dialog}
    </>
  );
}

function Preferences(props: {
  preferences: CollectionPreferencesProps.Preferences;
  onConfirm: (preferences: CollectionPreferencesProps.Preferences) => void;
}) {
  return (
    <CollectionPreferences
      title="Preferences"
      confirmLabel="Confirm"
      cancelLabel="Cancel"
      preferences={props.preferences}
      onConfirm={({ detail }) => props.onConfirm(detail)}
      pageSizePreference={{
        title: "Page size",
        options: [10, 25, 50].map((value) => ({ value, label: `${value} trails` })),
      }}
      wrapLinesPreference={{
        label: "Wrap lines",
        description: "Shows all of a text instead of its beginning",
      }}
      stripedRowsPreference={{ label: "Striped rows", description: "Shades every second row" }}
      contentDensityPreference={{ label: "Compact mode", description: "Shows more rows at once" }}
      visibleContentPreference={{
        title: "Columns",
        options: [
          {
            label: "Of a trail",
            options: columns(() => "").map(({ id = "", header }) => ({
              id,
              label: String(header),
              editable: id !== "name",
            })),
          },
        ],
      }}
    />
  );
}
