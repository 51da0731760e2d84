import Header from "@cloudscape-design/components/header";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import type { TrailHealth } from "../../api/trails";
import { useTime } from "../../shell/time";
import { ConditionStatus } from "./condition-status";
import { KINDS } from "./health";

/** Every place that trails tell of events, those that fail first. */
export function DestinationsTable({ trails }: { trails: TrailHealth[] }) {
  const time = useTime();
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
        { id: "name", header: "Where", minWidth: 160, cell: ({ Name }) => Name },
        {
          id: "status",
          header: "Status",
          minWidth: 180,
          cell: ({ Error: error, LastSuccess }) =>
            error ? (
              <ConditionStatus type="error" text={`Fails: ${error}`} />
            ) : (
              <StatusIndicator type={LastSuccess ? "success" : "pending"}>
                {LastSuccess ? "Works" : "Nothing yet"}
              </StatusIndicator>
            ),
        },
        {
          id: "success",
          header: `Last success (${time.zoneName(new Date())})`,
          cell: ({ LastSuccess }) => (LastSuccess ? time.short(LastSuccess) : "–"),
        },
        {
          id: "attempt",
          header: "Last attempt",
          cell: ({ LastAttempt }) => (LastAttempt ? time.short(LastAttempt) : "–"),
        },
      ]}
    />
  );
}
