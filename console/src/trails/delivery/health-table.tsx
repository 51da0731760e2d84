import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import Table from "@cloudscape-design/components/table";
import type { TrailHealth } from "../../api/trails";
import { href } from "../../shell/href";
import { sizeOf, trailPath } from "../trail-facts";
import { ConditionStatus } from "./condition-status";
import { healthOf, lagOf } from "./health";

const number = new Intl.NumberFormat("en-US");

/** Every trail: whether what it logs arrives, how late, and how much of it there was. */
export function HealthTable({ trails }: { trails: TrailHealth[] }) {
  return (
    <Table
      items={trails}
      trackBy="TrailARN"
      wrapLines
      header={
        <Header variant="h2" counter={`(${trails.length})`}>
          Trails
        </Header>
      }
      ariaLabels={{ tableLabel: "Delivery by trail" }}
      columnDefinitions={[
        {
          id: "name",
          header: "Trail",
          minWidth: 110,
          isRowHeader: true,
          cell: ({ Name, TrailARN }) => <Link href={href(trailPath(TrailARN))}>{Name}</Link>,
        },
        {
          id: "health",
          header: "Delivery",
          minWidth: 230,
          cell: (trail) => <ConditionStatus {...healthOf(trail)} />,
        },
        { id: "lag", header: "Lag", minWidth: 90, cell: lagOf },
        { id: "behind", header: "Entries behind", cell: ({ Behind }) => number.format(Behind) },
        { id: "events", header: "Events", cell: ({ LastDay }) => number.format(LastDay.Events) },
        { id: "files", header: "Log files", cell: ({ LastDay }) => number.format(LastDay.Files) },
        { id: "bytes", header: "Size", minWidth: 90, cell: ({ LastDay }) => sizeOf(LastDay.Bytes) },
        { id: "digests", header: "Digests", cell: ({ LastDay }) => number.format(LastDay.Digests) },
      ]}
    />
  );
}
