import { type EventRecord, textAt } from "../record";

/** Opened by whoever clicks; the console itself asks no other host. */
const HOST = "https://docs.aws.amazon.com";

/** The documentation of what was called: AWS's reference of the operation. */
export function documentationOf(record: EventRecord): string | undefined {
  const source = textAt(record, "eventSource")?.replace(/\.amazonaws\.com$/, "") ?? "";
  const name = (textAt(record, "eventName") ?? "").replace(/_?20\d{2}_?\d{2}_?\d{2}(v\d+)?$/, "");
  const reference = REFERENCES[source];
  if (source === "signin")
    return `${HOST}/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html`;
  if (!reference || !/^\w+$/.test(name) || textAt(record, "eventType") !== "AwsApiCall") return undefined;
  return `${HOST}/${reference}/API_${name}.html`;
}

/** Services whose reference has a page an operation, under its name. */
const REFERENCES: Record<string, string> = {
  acm: "acm/latest/APIReference",
  athena: "athena/latest/APIReference",
  cloudformation: "AWSCloudFormation/latest/APIReference",
  cloudtrail: "awscloudtrail/latest/APIReference",
  config: "config/latest/APIReference",
  dynamodb: "amazondynamodb/latest/APIReference",
  ec2: "AWSEC2/latest/APIReference",
  ecr: "AmazonECR/latest/APIReference",
  ecs: "AmazonECS/latest/APIReference",
  eks: "eks/latest/APIReference",
  events: "eventbridge/latest/APIReference",
  guardduty: "guardduty/latest/APIReference",
  iam: "IAM/latest/APIReference",
  kms: "kms/latest/APIReference",
  lambda: "lambda/latest/api",
  logs: "AmazonCloudWatchLogs/latest/APIReference",
  organizations: "organizations/latest/APIReference",
  rds: "AmazonRDS/latest/APIReference",
  route53: "Route53/latest/APIReference",
  s3: "AmazonS3/latest/API",
  secretsmanager: "secretsmanager/latest/apireference",
  sns: "sns/latest/api",
  sqs: "AWSSimpleQueueService/latest/APIReference",
  ssm: "systems-manager/latest/APIReference",
  sts: "STS/latest/APIReference",
};
