import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { Trail } from "../../api/trails";
import { useSession } from "../../session/session-gate";
import { Breakable } from "../../shell/breakable";
import { useTime } from "../../shell/time";
import type { TrailStatus } from "../calls/cloudtrail";
import { ConditionStatus } from "../delivery/condition-status";
import { useOrganization } from "../queries";
import { conditionOf, folderOf, ownerOf } from "../trail-facts";
import { EditableHeader } from "./editable-header";

interface GeneralDetailsProps {
  trail: Trail;
  status: TrailStatus | undefined;
  /** Whether the status could not be read. */
  isUnknown: boolean;
  canChange: boolean;
}

/** All settings of a trail but its events and tags, and when it last delivered. */
export function GeneralDetails({ trail, status, isUnknown, canChange }: GeneralDetailsProps) {
  const { Account } = useSession();
  const { data: organization } = useOrganization(trail.IsOrganizationTrail);
  const time = useTime();
  const absent = isUnknown ? "Not known" : "Loading";
  const at = (moment: number | undefined, fault?: string) => {
    if (!status) return absent;
    const last = moment ? time.full(moment) : "Not yet";
    if (!fault) return last;
    return (
      <>
        <div>{last}</div>
        <StatusIndicator type="error">{fault}</StatusIndicator>
      </>
    );
  };
  const owner = ownerOf(trail.TrailARN);
  const folder = folderOf(trail, { account: Account.Id, organization: organization?.id });
  return (
    <Container
      header={
        <EditableHeader title="General details" trail={trail} canChange={canChange} step="attributes" />
      }
    >
      <KeyValuePairs
        columns={4}
        items={[
          {
            label: "Trail logging",
            value: status ? <ConditionStatus {...conditionOf(status)} /> : absent,
          },
          { label: "Home Region", value: trail.HomeRegion },
          { label: "Multi-Region trail", value: trail.IsMultiRegionTrail ? "Yes" : "No" },
          {
            label: "Organization trail",
            value: trail.IsOrganizationTrail ? `Yes, of account ${owner}` : "No",
          },
          {
            label: "Trail log location",
            value: <Breakable>{`${trail.S3BucketName}/${folder ?? "…"}`}</Breakable>,
          },
          {
            label: "Last log file delivered",
            value: at(status?.LatestDeliveryTime, status?.LatestDeliveryError),
          },
          { label: "Log file validation", value: trail.LogFileValidationEnabled ? "Enabled" : "Disabled" },
          {
            label: "Last digest delivered",
            value: trail.LogFileValidationEnabled
              ? at(status?.LatestDigestDeliveryTime, status?.LatestDigestDeliveryError)
              : "–",
          },
          { label: "SSE-KMS encryption", value: <Breakable>{trail.KmsKeyId ?? "Not enabled"}</Breakable> },
          {
            label: "SNS notification delivery",
            value: <Breakable>{trail.SnsTopicARN ?? "Disabled"}</Breakable>,
          },
          {
            label: "Last notification",
            value: trail.SnsTopicARN
              ? at(status?.LatestNotificationTime, status?.LatestNotificationError)
              : "–",
          },
          {
            label: "Deliveries of log files",
            value: trail.RecursiveLogging === false ? "Left out" : "Logged",
          },
          {
            label: "CloudWatch Logs group",
            value: <Breakable>{trail.CloudWatchLogsLogGroupArn ?? "Not configured"}</Breakable>,
          },
          {
            label: "Last event in CloudWatch Logs",
            value: trail.CloudWatchLogsLogGroupArn
              ? at(status?.LatestCloudWatchLogsDeliveryTime, status?.LatestCloudWatchLogsDeliveryError)
              : "–",
          },
          { label: "Logging since", value: at(status?.StartLoggingTime) },
          {
            label: "Trail ARN",
            value: (
              <>
                <Breakable>{trail.TrailARN}</Breakable>{" "}
                <CopyToClipboard
                  variant="icon"
                  textToCopy={trail.TrailARN}
                  copyButtonAriaLabel="Copy trail ARN"
                  copySuccessText="Copied"
                  copyErrorText="Could not be copied"
                />
              </>
            ),
          },
        ]}
      />
    </Container>
  );
}
