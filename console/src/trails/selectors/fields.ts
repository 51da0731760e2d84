/** What advanced selectors can ask of an event, by category; the same rules as `crates/select/src/field.rs`. */

export type BlockCategory = "Data" | "NetworkActivity";

export const OPERATORS = [
  "Equals",
  "StartsWith",
  "EndsWith",
  "NotEquals",
  "NotStartsWith",
  "NotEndsWith",
] as const;

export type Operator = (typeof OPERATORS)[number];

/** Operators as they are read in a sentence and shown in a list. */
export const OPERATOR_WORDS: Record<Operator, string> = {
  Equals: "equals",
  StartsWith: "starts with",
  EndsWith: "ends with",
  NotEquals: "does not equal",
  NotStartsWith: "does not start with",
  NotEndsWith: "does not end with",
};

export interface Field {
  name: string;
  operators: readonly Operator[];
  /** The only values that the field takes; absent: any text. */
  values?: readonly string[];
  /** What such a value looks like. */
  example?: string;
}

const TRUTH = ["true", "false"] as const;

const EVENT_NAME: Field = { name: "eventName", operators: OPERATORS, example: "GetObject" };
const CALLER: Field = {
  name: "userIdentity.arn",
  operators: OPERATORS,
  example: "arn:aws:iam::111122223333:user/alice",
};

export const FIELDS: Record<BlockCategory, readonly Field[]> = {
  Data: [
    { name: "readOnly", operators: ["Equals"], values: TRUTH },
    EVENT_NAME,
    { name: "resources.ARN", operators: OPERATORS, example: "arn:aws:s3:::my-bucket/reports/" },
    { name: "eventSource", operators: OPERATORS, example: "s3.amazonaws.com" },
    { name: "eventType", operators: OPERATORS, example: "AwsApiCall" },
    CALLER,
    { name: "sessionCredentialFromConsole", operators: ["Equals", "NotEquals"], values: ["true"] },
  ],
  NetworkActivity: [
    EVENT_NAME,
    { name: "vpcEndpointId", operators: OPERATORS, example: "vpce-1a2b3c4d5e6f" },
    { name: "errorCode", operators: ["Equals"], values: ["VpceAccessDenied"] },
    CALLER,
  ],
};

export const fieldOf = (category: BlockCategory, name: string): Field | undefined =>
  FIELDS[category].find((field) => field.name === name);

/** Of each category, the field that names what its selectors are about. */
export const SUBJECT: Record<BlockCategory, string> = {
  Data: "resources.type",
  NetworkActivity: "eventSource",
};

/** The sources whose management events can be left out. */
export const EXCLUDABLE = { kms: "kms.amazonaws.com", rdsData: "rdsdata.amazonaws.com" } as const;
