import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import KeyValuePairs, { type KeyValuePairsProps } from "@cloudscape-design/components/key-value-pairs";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { EventItem } from "../../api/history";
import { type TimeWords, useTime } from "../../shell/time";
import { visible } from "../../shell/visible";
import { failed, recordOf, textAt } from "../record";

/** The fields of an event, in AWS's order and then what they leave to the record. */
export function EventFacts({ event }: { event: EventItem }) {
  const time = useTime();
  return <KeyValuePairs columns={3} items={factsOf(event, time)} />;
}

function factsOf(event: EventItem, time: TimeWords): KeyValuePairsProps.Item[] {
  const record = recordOf(event);
  const at = (path: string) => textAt(record, path);
  const always = (label: string, value: string | undefined) => ({ label, value: visible(value || "–") });
  const copied = (label: string, value: string | undefined) => ({
    label,
    value: <Copied value={value} what={label} />,
  });
  const told = (label: string, value: string | undefined) =>
    value ? [{ label, value: visible(value) }] : [];
  return [
    always("Event time", time.full(event.EventTime)),
    always("Event name", event.EventName),
    always("Event source", event.EventSource),
    always("User name", event.Username),
    copied("AWS access key", event.AccessKeyId),
    copied("Source IP address", at("sourceIPAddress")),
    copied("Event ID", event.EventId),
    copied("Request ID", at("requestID")),
    always("AWS region", at("awsRegion")),
    { label: "Outcome", value: <Outcome code={at("errorCode")} isFailed={failed(record)} /> },
    always("Read-only", event.ReadOnly),
    always("Event type", at("eventType")),
    ...(at("userIdentity.arn") ? [copied("Principal ARN", at("userIdentity.arn"))] : []),
    ...told("Principal type", at("userIdentity.type")),
    ...told("User agent", at("userAgent")),
    ...told("Session began", moment(at("userIdentity.sessionContext.attributes.creationDate"), time)),
    ...told("MFA authenticated", at("userIdentity.sessionContext.attributes.mfaAuthenticated")),
    ...told("Recipient account", at("recipientAccountId")),
    ...told("TLS", [at("tlsDetails.tlsVersion"), at("tlsDetails.cipherSuite")].filter(Boolean).join(", ")),
    ...told("VPC endpoint", at("vpcEndpointId")),
    ...told("Shared event ID", at("sharedEventID")),
  ];
}

const moment = (text: string | undefined, time: TimeWords) => (text ? time.full(text) : undefined);

function Outcome({ code, isFailed }: { code: string | undefined; isFailed: boolean }) {
  if (!isFailed) return <StatusIndicator type="success">Succeeded</StatusIndicator>;
  return <StatusIndicator type="error">{visible(code ?? "Failed")}</StatusIndicator>;
}

function Copied({ value, what }: { value: string | undefined; what: string }) {
  if (!value) return "–";
  return (
    <CopyToClipboard
      variant="inline"
      textToCopy={value}
      textToDisplay={visible(value)}
      copyButtonAriaLabel={`Copy ${what}`}
      copySuccessText="Copied"
      copyErrorText="Could not be copied"
    />
  );
}
