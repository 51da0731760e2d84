import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import { useCallback, useState } from "react";
import { columnsOf, weekOf } from "../columns";
import type { Explanation } from "../explanation";
import { RateChart } from "../rate-chart";
import type { Clock } from "../sentences";

/** The graph of what was counted: around it, or all that is told of the days before. */
export function RateContainer({ of, clock }: { of: Explanation; clock: Clock }) {
  const [part, setPart] = useState("around");
  const columnsFor = useCallback(
    (most: number) => (part === "around" ? columnsOf(of, most) : weekOf(of, most)),
    [of, part],
  );
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
                { id: "week", text: "All days before" },
              ]}
            />
          }
        >
          {of.episode.last.errorCode ? "Errors a minute" : "Calls a minute"}
        </Header>
      }
    >
      <RateChart
        columnsFor={columnsFor}
        average={of.episode.last.baseline.average}
        clock={clock}
        noun={of.episode.last.errorCode ? "errors" : "calls"}
      />
    </Container>
  );
}
