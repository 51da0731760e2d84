import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import { useCallback, useState } from "react";
import { Loading } from "../../shell/loading";
import { Refused } from "../../shell/refused";
import { type Columns, columnsOf, weekOf } from "../columns";
import type { Explanation } from "../explanation";
import { metricColumns } from "../metric-columns";
import { RateChart } from "../rate-chart";
import type { Clock } from "../sentences";
import { useMetric } from "./use-metric";

/** The graph of what was counted: around it, all days before it, or all that is kept. */
export function RateContainer({ of, clock }: { of: Explanation; clock: Clock }) {
  const [part, setPart] = useState("around");
  const metric = useMetric(of, part === "kept");
  const { data } = metric;
  const columnsFor = useCallback(
    (most: number): Columns => {
      if (part === "kept" && data) return metricColumns(data.data, of.episode, data.range, most);
      return part === "week" ? weekOf(of, most) : columnsOf(of, most);
    },
    [of, part, data],
  );
  const noun = of.episode.last.errorCode ? "errors" : "calls";
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <SegmentedControl
              label="What the graph shows"
              selectedId={part}
              onChange={({ detail }) => setPart(detail.selectedId)}
              options={[
                { id: "around", text: "Around it" },
                { id: "week", text: "A week before it" },
                { id: "kept", text: "All that is kept" },
              ]}
            />
          }
        >
          {of.episode.last.errorCode ? "Errors a minute" : "Calls a minute"}
        </Header>
      }
    >
      {part === "kept" && metric.isError && (
        <Refused error={metric.error} doing="list what was counted" onRetry={() => metric.refetch()} />
      )}
      {part === "kept" && metric.isPending && <Loading what="Loading hours" />}
      {(part !== "kept" || data) && (
        <RateChart
          columnsFor={columnsFor}
          average={of.episode.last.baseline.average}
          clock={clock}
          noun={noun}
          hasBand={part !== "kept"}
        />
      )}
    </Container>
  );
}
