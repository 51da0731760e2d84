import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo } from "react";
import { useSearchParams } from "react-router";
import { useRegion } from "../../session/region";
import { Refused } from "../../shell/refused";
import { useInsights } from "../use-insights";
import { count } from "../words";
import { readFilter, writeFilter } from "./filter";
import { InsightsTable } from "./insights-table";
import { NoInsights } from "./no-insights";
import { RefusedTrails } from "./refused-trails";
import { rowsOf } from "./row";

/** How far back can be looked, days. */
const RANGES = [
  ["1", "1 day"],
  ["7", "7 days"],
  ["30", "30 days"],
  ["90", "90 days"],
] as const;

/** What was unusual lately. */
export function InsightsTab() {
  const [region] = useRegion();
  const [search, setSearch] = useSearchParams();
  const days = RANGES.find(([id]) => id === search.get("days"))?.[0] ?? "30";
  const insights = useInsights(region, Number(days));
  const { data, dataUpdatedAt } = insights;
  const rows = useMemo(() => rowsOf(data?.episodes ?? [], dataUpdatedAt / 1000), [data, dataUpdatedAt]);
  const set = (key: string, value: string | undefined) =>
    setSearch(
      (before) => {
        const query = new URLSearchParams(before);
        if (value) query.set(key, value);
        else query.delete(key);
        return query;
      },
      { replace: true },
    );
  if (insights.isError && !data) {
    return <Refused error={insights.error} doing="look up insights" onRetry={() => insights.refetch()} />;
  }
  return (
    <SpaceBetween size="m">
      {data?.isCut && (
        <Alert type="info">
          The newest {count(rows.length)} insights are listed and filtered; there are older ones. Choose a
          shorter time, or ask for an action's alone:{" "}
          <Box variant="code">cairn insights list --event-name NAME</Box>
        </Alert>
      )}
      <RefusedTrails refused={data?.refused ?? []} error={data?.error} />
      <InsightsTable
        key={region}
        rows={rows}
        loading={insights.isPending}
        query={readFilter(search.get("filter"))}
        onQuery={(query) => set("filter", writeFilter(query))}
        empty={<NoInsights trails={data?.trails} days={Number(days)} />}
        actions={
          <SpaceBetween direction="horizontal" size="xs" alignItems="end">
            <SegmentedControl
              label="How far back"
              selectedId={days}
              options={RANGES.map(([id, text]) => ({ id, text }))}
              onChange={({ detail }) => set("days", detail.selectedId)}
            />
            <Button
              iconName="refresh"
              ariaLabel="Refresh"
              loading={insights.isFetching}
              onClick={() => insights.refetch()}
            />
          </SpaceBetween>
        }
      />
    </SpaceBetween>
  );
}
