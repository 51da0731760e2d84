import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";
import type { DeliveryHealth } from "../../api/trails";
import { sizeOf } from "../trail-facts";
import { Ago } from "./ago";
import { ConditionStatus } from "./condition-status";
import { givenUpOf, KINDS, type Row, rowsOf, sentOf, stateOf, waitsOf } from "./health";

/** Every place that is told of events, those that need somebody first. */
export function DestinationsTable({ health }: { health: DeliveryHealth }) {
  const rows = rowsOf(health);
  return (
    <Table
      items={rows}
      trackBy="id"
      wrapLines
      header={
        <Header
          variant="h2"
          counter={`(${rows.length})`}
          description="Each goes on by itself: one that fails holds up no other. Counts are of the last 24 hours."
        >
          Destinations
        </Header>
      }
      footer={
        health.DestinationsDenied && (
          <Alert type="info" header="Event buses, webhooks and NATS are not told to you">
            They are for who may ask for the status of every trail: cloudtrail:GetTrailStatus on *.{" "}
            {health.DestinationsDenied}
          </Alert>
        )
      }
      empty={<Box textAlign="center">Nothing is told of events.</Box>}
      ariaLabels={{ tableLabel: "Destinations" }}
      columnDefinitions={[
        { id: "kind", header: "What", minWidth: 130, isRowHeader: true, cell: (row) => <What row={row} /> },
        { id: "name", header: "Where", minWidth: 140, cell: (row) => <Where row={row} /> },
        {
          id: "status",
          header: "Status",
          minWidth: 160,
          cell: (row) => <ConditionStatus {...stateOf(row)} advice={row.Advice} />,
        },
        { id: "waits", header: "Waits", minWidth: 90, cell: (row) => waitsOf(row) },
        { id: "sent", header: "Events sent", minWidth: 90, cell: (row) => sentOf(row) },
        { id: "given-up", header: "Given up", minWidth: 90, cell: (row) => <GivenUp row={row} /> },
        {
          id: "success",
          header: "Last success",
          minWidth: 110,
          cell: ({ LastSuccess }) => <Ago at={LastSuccess} />,
        },
        { id: "error", header: "Last error", minWidth: 110, cell: (row) => <LastError row={row} /> },
      ]}
    />
  );
}

function What({ row: { Kind, owner } }: { row: Row }) {
  return (
    <>
      <div>{KINDS[Kind]}</div>
      <Box variant="small" color="text-body-secondary">
        {owner}
      </Box>
    </>
  );
}

function Where({ row: { Name, Address } }: { row: Row }) {
  return (
    <>
      <div>{Name}</div>
      {Address && (
        <Box variant="small" color="text-body-secondary">
          {Address}
        </Box>
      )}
    </>
  );
}

function GivenUp({ row }: { row: Row }) {
  return (
    <>
      <div>{givenUpOf(row)}</div>
      {row.DeadLetters && (
        <Box variant="small" color="text-body-secondary">
          {row.DeadLetters.File}, {sizeOf(row.DeadLetters.Bytes)} of {sizeOf(row.DeadLetters.BytesMax)}
        </Box>
      )}
    </>
  );
}

function LastError({ row: { LastError } }: { row: Row }) {
  if (!LastError) return "–";
  return (
    <>
      <div>
        <Ago at={LastError.Time} />
      </div>
      <Box variant="small" color="text-body-secondary">
        {LastError.Region ? `${LastError.Code}, ${LastError.Region}` : LastError.Code}
      </Box>
    </>
  );
}
