import Button from "@cloudscape-design/components/button";
import Grid from "@cloudscape-design/components/grid";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useSearchParams } from "react-router";
import type { Filter, FilterField } from "../api/history";
import { eventsPath } from "../history/search-query";
import { service } from "../insights/words";
import { useRegion } from "../session/region";
import { href } from "../shell/href";
import { Page } from "../shell/page";
import { Refused } from "../shell/refused";
import { Delivery } from "./delivery";
import { EventsContainer } from "./events-container";
import { codeFilters, codeInWords, codesOf, DENIED } from "./failures";
import { Figures } from "./figures";
import { LatestInsights } from "./latest-insights";
import { NextSteps } from "./next-steps";
import { RankedList } from "./ranked-list";
import { SPANS, spanOf } from "./time-span";
import { type Counted, filtersOf, useSummary } from "./use-summary";

const HALF = { default: 12, s: 6 } as const;
const THIRD = { default: 12, xs: 6, s: 4 } as const;

/** What happens in the account and Region, and whether it is kept. */
export function Component() {
  const [region] = useRegion();
  const [search, setSearch] = useSearchParams();
  const span = spanOf(search.get("range"));
  const counted: Counted = search.get("events") === "writes" ? "writes" : "all";
  const summary = useSummary(region, span, counted);
  const some = summary.data?.Total ? summary.data : undefined;
  const top = some?.Top;
  // What is shown says what it is of, and leads to that.
  const shown = summary.data ?? { span, counted, range: span.range };
  const filters = filtersOf(shown.counted);
  const set = (key: string, value: string) =>
    setSearch(
      (before) => {
        const query = new URLSearchParams(before);
        query.set(key, value);
        return query;
      },
      { replace: true },
    );
  const hrefOf = (more: Filter[]) => href(eventsPath({ filters: [...filters, ...more], range: shown.range }));
  const valueHref =
    (Field: FilterField, more: Filter[] = []) =>
    (value: string) =>
      hrefOf([{ Field, Operator: "Equals", Values: [value] }, ...more]);
  return (
    <Page
      title="Dashboard"
      description={`What ${shown.counted === "writes" ? "was changed" : "happened"} in ${shown.span.words}.`}
      actions={
        <SpaceBetween direction="horizontal" size="xs" alignItems="end">
          <SegmentedControl
            label="Which events"
            selectedId={counted}
            options={[
              { id: "all", text: "All events" },
              { id: "writes", text: "Changes only" },
            ]}
            onChange={({ detail }) => set("events", detail.selectedId)}
          />
          <SegmentedControl
            label="How far back"
            selectedId={span.id}
            options={SPANS.map(({ id, name }) => ({ id, text: name }))}
            onChange={({ detail }) => set("range", detail.selectedId)}
          />
          <Button
            iconName="refresh"
            ariaLabel="Refresh"
            loading={summary.isFetching}
            onClick={() => summary.refetch()}
          />
        </SpaceBetween>
      }
    >
      <SpaceBetween size="l">
        <NextSteps />
        {summary.isError && (
          <Refused error={summary.error} doing="sum up the events" onRetry={() => summary.refetch()} />
        )}
        {summary.data && <Figures summary={summary.data} hrefOf={hrefOf} />}
        {(summary.data || !summary.isError) && (
          <EventsContainer
            summary={summary.data}
            filters={filters}
            counted={shown.counted}
            words={shown.span.words}
          />
        )}
        <Grid gridDefinition={[{ colspan: HALF }, { colspan: HALF }]}>
          <LatestInsights region={region} />
          <Delivery />
        </Grid>
        {top && (
          <Grid gridDefinition={[1, 2, 3, 4, 5, 6].map(() => ({ colspan: THIRD }))}>
            <RankedList
              title="Top principals"
              ranked={top.Username}
              hrefOf={valueHref("Username")}
              none="Nobody called."
            />
            <RankedList
              title="Most denied"
              ranked={top.Denied}
              hrefOf={valueHref("Username", [DENIED])}
              none="Nobody was denied anything."
              tone="error"
            />
            <RankedList
              title="Errors"
              ranked={codesOf(some)}
              hrefOf={(code) => hrefOf(codeFilters(code))}
              shown={codeInWords}
              none="Nothing failed."
              tone="error"
            />
            <RankedList
              title="Top events"
              ranked={top.EventName}
              hrefOf={valueHref("EventName")}
              none="There were no events."
            />
            <RankedList
              title="Top services"
              ranked={top.EventSource}
              hrefOf={valueHref("EventSource")}
              shown={service}
              none="There were no events."
            />
            <RankedList
              title="Top addresses"
              ranked={top.SourceIPAddress}
              hrefOf={valueHref("SourceIPAddress")}
              none="Nobody called."
            />
          </Grid>
        )}
      </SpaceBetween>
    </Page>
  );
}
