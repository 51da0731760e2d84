import Grid from "@cloudscape-design/components/grid";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { lazy, Suspense, useCallback, useMemo, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { useRegion } from "../session/region";
import { EmptyState } from "../shell/empty-state";
import { Refused } from "../shell/refused";
import { EventFilter } from "./filter/event-filter";
import { RangePicker } from "./filter/range-picker";
import { LiveStatus } from "./live/live-status";
import { useLive } from "./live/use-live";
import { useRetry } from "./live/use-retry";
import { comparePath } from "./paths";
import { requestOf } from "./search-query";
import { elsewhere, type Selection, selectedOf } from "./selection";
import { countText } from "./table/counts";
import { EventsTable } from "./table/events-table";
import { HistoryHeader } from "./table/history-header";
import { NoEvents } from "./table/no-events";
import { SearchedBack } from "./table/searched-back";
import { SelectedElsewhere } from "./table/selected-elsewhere";
import { useTablePreferences } from "./table/table-preferences";
import { useEventPages } from "./use-event-pages";
import { useEventSearch } from "./use-event-search";
import { useKept } from "./use-kept";

const DownloadDialog = lazy(async () => ({
  default: (await import("./download/download-dialog")).DownloadDialog,
}));

/** Event history: what was done in this account and Region in the last 90 days. */
export function Component() {
  const [region] = useRegion();
  const [search, setSearch] = useEventSearch();
  const [{ pageSize }] = useTablePreferences();
  const [isLive, setLive] = useLiveInAddress();
  const [asOf, setAsOf] = useKept("as-of", () => new Date());
  const [isPaused, setPaused] = useState(false);
  const walk = JSON.stringify([region, search]);
  const [selection, setSelection] = useKept<Selection>("selected", () => ({ walk, events: [] }));
  const selected = selectedOf(selection, walk);
  const [isDownloading, setDownloading] = useState(false);
  const navigate = useNavigate();
  const request = useMemo(() => requestOf(search, asOf), [search, asOf]);
  const pages = useEventPages({
    region,
    search: request,
    name: walk,
    size: pageSize,
    isFollowing: isLive && !isPaused,
  });
  const shown = useMemo(() => pages.page?.Events ?? [], [pages.page]);
  const refresh = useCallback(() => setAsOf(new Date()), [setAsOf]);
  const isFollowing = !isPaused && pages.number === 1;
  const live = useLive({
    region,
    search,
    isOn: isLive,
    isFollowing,
    shown,
    hasOlder: pages.hasMore,
    total: pages.total,
    isSettled: !pages.isLoading && pages.error === null,
    refresh,
  });
  useRetry(live.state.kind === "on" && isFollowing, pages.error, pages.retry);
  const pause = (next: boolean) => {
    setPaused(next);
    if (!next) refresh();
  };
  return (
    <>
      <EventsTable
        region={region}
        pages={pages}
        selected={selected}
        onSelect={(events) => setSelection({ walk, events })}
        isNew={live.isNew}
        header={
          <HistoryHeader
            total={pages.total}
            selected={selected.length}
            isLive={isLive}
            isLoading={pages.isLoading}
            onLive={setLive}
            onRefresh={refresh}
            onCompare={() =>
              navigate(
                comparePath(
                  region,
                  selected.map(({ EventId }) => EventId),
                ),
              )
            }
            onDownload={() => setDownloading(true)}
          />
        }
        filter={
          <SpaceBetween size="xs">
            <Grid gridDefinition={[{ colspan: { default: 12, s: 8 } }, { colspan: { default: 12, s: 4 } }]}>
              <EventFilter
                region={region}
                search={search}
                request={request}
                shown={shown}
                countText={
                  pages.page && !pages.isOther ? countText(pages.total, shown.length, pages.hasMore) : ""
                }
                isLoading={pages.isLoading}
                onChange={(change) => {
                  setSearch(change);
                  refresh();
                }}
              />
              <RangePicker
                range={search.range}
                onChange={(range) => {
                  setSearch({ range });
                  refresh();
                }}
              />
            </Grid>
            {isLive && (
              <LiveStatus live={live} isPaused={isPaused} isElsewhere={pages.number > 1} onPause={pause} />
            )}
            <SelectedElsewhere
              count={elsewhere(selected, shown)}
              onClear={() => setSelection({ walk, events: [] })}
            />
            {pages.error !== null && (
              <Refused error={pages.error} doing="look up events" onRetry={pages.retry} />
            )}
          </SpaceBetween>
        }
        empty={
          pages.error === null ? (
            <NoEvents region={region} search={search} onChange={setSearch} />
          ) : (
            <EmptyState title="No events can be shown">Why is told above.</EmptyState>
          )
        }
        footer={<SearchedBack pages={pages} />}
      />
      {isDownloading && (
        <Suspense>
          <DownloadDialog region={region} search={request} onClose={() => setDownloading(false)} />
        </Suspense>
      )}
    </>
  );
}

/** Whether new events are shown as they come: `live=true` in the address. */
function useLiveInAddress(): [boolean, (isLive: boolean) => void] {
  const [query, setQuery] = useSearchParams();
  const set = (isLive: boolean) =>
    setQuery((before) => {
      const next = new URLSearchParams(before);
      if (isLive) next.set("live", "true");
      else next.delete("live");
      return next;
    });
  return [query.get("live") === "true", set];
}
