import Link from "@cloudscape-design/components/link";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";
import type { Trail } from "../../api/trails";
import { href } from "../../shell/href";
import type { TrailStatus } from "../calls/cloudtrail";
import { ConditionStatus } from "../delivery/condition-status";
import { conditionOf, logGroupName, ownerOf, trailPath } from "../trail-facts";

/** A row: the trail, and how it fares as far as that is known. */
export interface Row {
  trail: Trail;
  status: TrailStatus | undefined;
  failed: boolean;
}

export const yesNo = (is: boolean): string => (is ? "Yes" : "No");

export const columns = (relative: (moment: number) => string): TableProps.ColumnDefinition<Row>[] => [
  {
    id: "name",
    header: "Name",
    minWidth: 110,
    isRowHeader: true,
    sortingComparator: (one, other) => one.trail.Name.localeCompare(other.trail.Name),
    cell: ({ trail }) => <Link href={href(trailPath(trail.TrailARN))}>{trail.Name}</Link>,
  },
  {
    id: "status",
    header: "Status",
    minWidth: 170,
    sortingComparator: (one, other) => statusText(one).localeCompare(statusText(other)),
    cell: (row) => <Status {...row} />,
  },
  {
    id: "delivered",
    header: "Last log file",
    minWidth: 125,
    sortingComparator: (one, other) =>
      (one.status?.LatestDeliveryTime ?? 0) - (other.status?.LatestDeliveryTime ?? 0),
    cell: ({ status }) => (status?.LatestDeliveryTime ? relative(status.LatestDeliveryTime) : "–"),
  },
  {
    id: "home",
    header: "Home Region",
    sortingComparator: (one, other) => one.trail.HomeRegion.localeCompare(other.trail.HomeRegion),
    cell: ({ trail }) => trail.HomeRegion,
  },
  { id: "multi-region", header: "Multi-Region", cell: ({ trail }) => yesNo(trail.IsMultiRegionTrail) },
  { id: "insights", header: "Insights", cell: ({ trail }) => (trail.HasInsightSelectors ? "On" : "Off") },
  { id: "organization", header: "Organization trail", cell: ({ trail }) => yesNo(trail.IsOrganizationTrail) },
  { id: "owner", header: "Owner account", cell: ({ trail }) => ownerOf(trail.TrailARN) },
  { id: "bucket", header: "S3 bucket", cell: ({ trail }) => trail.S3BucketName },
  { id: "prefix", header: "Log file prefix", cell: ({ trail }) => trail.S3KeyPrefix ?? "–" },
  {
    id: "validation",
    header: "Log file validation",
    cell: ({ trail }) => (trail.LogFileValidationEnabled ? "On" : "Off"),
  },
  {
    id: "group",
    header: "CloudWatch Logs group",
    cell: ({ trail: { CloudWatchLogsLogGroupArn: arn } }) => (arn ? logGroupName(arn) : "–"),
  },
  { id: "key", header: "KMS key", cell: ({ trail }) => trail.KmsKeyId ?? "–" },
];

export const DEFAULT_COLUMNS = [
  "name",
  "status",
  "delivered",
  "home",
  "multi-region",
  "insights",
  "organization",
  "bucket",
];

const statusText = ({ status }: Row): string => (status ? conditionOf(status).text : "");

function Status({ status, failed }: Row) {
  if (failed) return <StatusIndicator type="warning">Not known</StatusIndicator>;
  if (!status) return <StatusIndicator type="loading">Loading</StatusIndicator>;
  return <ConditionStatus {...conditionOf(status)} />;
}
