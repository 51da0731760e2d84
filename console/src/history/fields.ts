import type { Filter, FilterField } from "../api/history";

/** What events are found by: its name, what several of its values are called, and what its values can be. */
export interface Field {
  key: FilterField;
  label: string;
  values: string;
  /** Where these are all. */
  all?: readonly string[];
}

/** In the order in which they are offered: AWS's own first. */
export const FIELDS: readonly Field[] = [
  { key: "EventName", label: "Event name", values: "Event names" },
  { key: "Username", label: "User name", values: "User names" },
  { key: "EventSource", label: "Event source", values: "Event sources" },
  { key: "ReadOnly", label: "Read-only", values: "Read-only", all: ["false", "true"] },
  { key: "ResourceType", label: "Resource type", values: "Resource types" },
  { key: "ResourceName", label: "Resource name", values: "Resource names" },
  { key: "EventId", label: "Event ID", values: "Event IDs" },
  { key: "AccessKeyId", label: "AWS access key", values: "AWS access keys" },
  { key: "Outcome", label: "Outcome", values: "Outcomes", all: ["succeeded", "failed", "denied"] },
  { key: "ErrorCode", label: "Error code", values: "Error codes" },
  { key: "SourceIPAddress", label: "Source IP address", values: "Source IP addresses" },
  { key: "PrincipalArn", label: "Principal ARN", values: "Principal ARNs" },
  { key: "UserAgent", label: "User agent", values: "User agents" },
  { key: "RequestId", label: "Request ID", values: "Request IDs" },
  {
    key: "EventType",
    label: "Event type",
    values: "Event types",
    all: ["AwsApiCall", "AwsConsoleAction", "AwsConsoleSignIn", "AwsServiceEvent"],
  },
  { key: "RecipientAccountId", label: "Recipient account", values: "Recipient accounts" },
];

export const isField = (key: string): key is FilterField => FIELDS.some((field) => field.key === key);

export const labelOf = (key: FilterField): string => FIELDS.find((field) => field.key === key)?.label ?? key;

/** Says what a filter finds: `Event name is CreateUser or DeleteUser`. */
export function filterInWords({ Field, Operator, Values = [] }: Filter): string {
  const values = Values.join(" or ");
  switch (Operator) {
    case "Equals":
      return `${labelOf(Field)} is ${values}`;
    case "NotEquals":
      return `${labelOf(Field)} is not ${values}`;
    case "StartsWith":
      return `${labelOf(Field)} starts with ${values}`;
    case "Exists":
      return `${labelOf(Field)} is there`;
    case "NotExists":
      return `${labelOf(Field)} is not there`;
  }
}
