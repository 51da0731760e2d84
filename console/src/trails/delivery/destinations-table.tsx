import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";
import type { TrailHealth } from "../../api/trails";
import { Ago } from "./ago";
import { ConditionStatus } from "./condition-status";
import { KINDS, stateOf } from "./health";

/** Every place that trails tell of events, those that fail first. */
export function DestinationsTable({ trails }: { trails: TrailHealth[] }) {
  const rows = trails
    .flatMap(({ Name: trail, Destinations }) =>
      Destinations.map((destination) => ({ trail, ...destination })),
    )
    .sort((one, other) => Number(Boolean(other.Error)) - Number(Boolean(one.Error)));
  return (
    <Table
      items={rows}
      wrapLines
      header={
        <Header
          variant="h2"
          counter={`(${rows.length})`}
          description="Each goes on by itself: one that fails holds up no other."
        >
          Destinations
        </Header>
      }
      ariaLabels={{ tableLabel: "Destinations" }}
      columnDefinitions={[
        { id: "trail", header: "Trail", cell: ({ trail }) => trail },
        { id: "kind", header: "What", isRowHeader: true, cell: ({ Kind }) => KINDS[Kind] },
        { id: "name", header: "Where", minWidth: 140, cell: ({ Name }) => Name },
        {
          id: "status",
          header: "Status",
          minWidth: 180,
          cell: (destination) => <ConditionStatus {...stateOf(destination)} />,
        },
        {
          id: "success",
          header: "Last success",
          minWidth: 130,
          cell: ({ LastSuccess }) => <Ago at={LastSuccess} />,
        },
        {
          id: "attempt",
          header: "Last attempt",
          minWidth: 130,
          cell: ({ LastAttempt }) => <Ago at={LastAttempt} />,
        },
      ]}
    />
  );
}
