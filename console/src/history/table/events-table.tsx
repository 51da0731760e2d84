import Pagination from "@cloudscape-design/components/pagination";
import Table from "@cloudscape-design/components/table";
import { type ReactNode, useMemo } from "react";
import type { EventItem } from "../../api/history";
import { usePreferences } from "../../shell/preferences";
import { useTime } from "../../shell/time";
import { visible } from "../../shell/visible";
import { COMPARED_MAX } from "../paths";
import type { EventPages } from "../use-event-pages";
import { columnsOf } from "./columns";
import { TablePreferencesDialog, useTablePreferences } from "./table-preferences";

interface EventsTableProps {
  region: string;
  pages: EventPages;
  selected: readonly EventItem[];
  onSelect: (events: EventItem[]) => void;
  isNew: (event: EventItem) => boolean;
  header: ReactNode;
  filter: ReactNode;
  footer: ReactNode;
  empty: ReactNode;
}

/** The table of events: one page of them, newest first. */
export function EventsTable(props: EventsTableProps) {
  const { region, pages, selected, onSelect, isNew, header, filter, footer, empty } = props;
  const [preferences] = useTablePreferences();
  const [{ density }] = usePreferences();
  const time = useTime();
  const columns = useMemo(() => columnsOf(region, time, isNew), [region, time, isNew]);
  const isFull = selected.length >= COMPARED_MAX;
  return (
    <Table<EventItem>
      variant="full-page"
      stickyHeader
      resizableColumns
      sortingDisabled
      trackBy="EventId"
      columnDefinitions={columns}
      columnDisplay={columns.map(({ id }) => ({ id, visible: preferences.visible.includes(id) }))}
      items={pages.page?.Events ?? []}
      loading={pages.isLoading && !pages.page}
      loadingText="Looking for events"
      selectionType="multi"
      selectedItems={[...selected]}
      onSelectionChange={({ detail }) => onSelect(detail.selectedItems.slice(0, COMPARED_MAX))}
      isItemDisabled={(event) => isFull && !selected.some(({ EventId }) => EventId === event.EventId)}
      wrapLines={preferences.wrapLines}
      stripedRows={preferences.stripedRows}
      contentDensity={density}
      header={header}
      filter={filter}
      footer={footer}
      empty={empty}
      pagination={
        <Pagination
          currentPageIndex={pages.number}
          pagesCount={pages.known}
          openEnd={pages.hasMore}
          disabled={pages.isLoading}
          onChange={({ detail }) => pages.goTo(detail.currentPageIndex)}
          ariaLabels={{
            nextPageLabel: "Next page",
            previousPageLabel: "Previous page",
            pageLabel: (number) => `Page ${number}`,
          }}
        />
      }
      preferences={<TablePreferencesDialog />}
      ariaLabels={{
        tableLabel: "Events",
        selectionGroupLabel: "Events to compare",
        allItemsSelectionLabel: () => "Select the events of this page, up to five",
        itemSelectionLabel: (_, event) =>
          `Select ${visible(event.EventName ?? "–")} of ${time.short(event.EventTime)}`,
      }}
      renderAriaLive={({ visibleItemsCount }) => `${visibleItemsCount} events, page ${pages.number}`}
    />
  );
}
