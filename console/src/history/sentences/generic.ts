import { singularOf, wordsOfName } from "../english";
import { type EventRecord, isObject, textAt, valuesAt } from "../record";
import { shorten } from "../template";

/** The verbs that operations begin with, and what they are called here. */
const VERBS: Record<string, string> = Object.fromEntries(
  (
    "accept activate add admit allocate allow apply approve archive assign assume associate attach authorize " +
    "begin bundle cancel change check claim clone close complete confirm connect copy count create " +
    "deactivate decline decrypt delete deploy deprecate deregister detach disable disassociate discover " +
    "download enable encrypt end evaluate execute export failover find flush forget generate grant import " +
    "increase initialize initiate install invite invoke issue join label leave lock merge migrate modify " +
    "monitor move notify open pause peek poll post prepare promote provision publish pull purchase purge push " +
    "query reactivate reboot rebuild receive redeem refresh register reject release remove rename renew replace " +
    "replicate report request resend reset resize resolve respond restart restore resume resync retire retry " +
    "return reverse revoke rotate run schedule search select send set share shutdown sign signal simulate " +
    "skip split start stop stream subscribe suspend swap switch sync synchronize tag terminate test transfer " +
    "translate unassign unlock unmonitor unsubscribe untag update upgrade upload validate verify vote wait withdraw write"
  )
    .split(" ")
    .map((verb) => [verb, verb]),
);
Object.assign(VERBS, {
  batch: "do",
  describe: "look at",
  detect: "look for",
  get: "read",
  head: "look at",
  list: "list",
  lookup: "look up",
  put: "write",
  scan: "read through",
  view: "look at",
});

/** `AcceptVpcPeeringConnection` is "accept VPC peering connection pcx-1 in EC2". */
export function genericPhrase(record: EventRecord): string {
  const name = textAt(record, "eventName") ?? "something";
  const service = serviceName(textAt(record, "eventSource"));
  const [first = "", ...rest] = wordsOfName(name);
  const isBatch = first === "batch" && rest[0] !== undefined && VERBS[rest[0]] !== undefined;
  const [verb = "", ...noun] = isBatch ? rest : [first, ...rest];
  const said = VERBS[verb];
  if (said === undefined || noun.length === 0) return unknownPhrase(record, name, service);
  return `${said} ${objectPhrase(record, said, noun)} in ${service}${isBatch ? ", several at once" : ""}`;
}

/** Services tell of things that nobody called for. */
function unknownPhrase(record: EventRecord, name: string, service: string): string {
  const isTold = textAt(record, "eventType") === "AwsServiceEvent";
  return isTold ? `report ${name} in ${service}` : `call ${name} of ${service}`;
}

function objectPhrase(record: EventRecord, said: string, noun: string[]): string {
  const bucket = noun[0] === "bucket" ? textAt(record, "requestParameters.bucketName") : undefined;
  if (bucket !== undefined && noun.length > 1) return `the ${noun.slice(1).join(" ")} of bucket ${bucket}`;
  const object = objectOf(record, noun);
  if (object !== undefined) return `${singular(noun)} ${shorten(object)}`;
  const words = noun.join(" ");
  if (singular(noun) !== words) return words;
  if (LOOKS.has(said)) return `the ${words}`;
  return `${/^[aeioAEIO]/.test(words) ? "an" : "a"} ${words}`;
}

/** What is done to something that is there. */
const LOOKS = new Set(["read", "look at", "look up", "look for", "list", "check", "count", "test"]);

const singular = (noun: string[]) =>
  noun.map((word, at) => (at === noun.length - 1 ? singularOf(word) : word)).join(" ");

/** What the call is about: `loadBalancerName` for a load balancer, or whatever is called a name or an id. */
function objectOf(record: EventRecord, noun: string[]): string | undefined {
  const request = record.requestParameters;
  if (!isObject(request)) return undefined;
  const wanted = singular(noun).replaceAll(" ", "").toLowerCase();
  const members = Object.keys(request);
  const named = ENDINGS.flatMap((ending) =>
    members.filter((name) => name.toLowerCase() === `${wanted}${ending}`),
  );
  const plain = ENDINGS.slice(1).flatMap((ending) => members.filter((name) => name.toLowerCase() === ending));
  for (const member of [...named, ...plain]) {
    const [value, ...more] = valuesAt(request, member);
    if (value !== undefined && more.length === 0) return value;
  }
  return undefined;
}

const ENDINGS = ["", "name", "id", "identifier", "arn"];

/** What people call a service. */
export function serviceName(source: string | undefined): string {
  const bare = (source ?? "an unknown service").replace(/\.(amazonaws|amazon|aws)\.com(\.cn)?$/, "");
  return SERVICES[bare] ?? bare;
}

const SERVICES: Record<string, string> = {
  acm: "Certificate Manager",
  apigateway: "API Gateway",
  athena: "Athena",
  autoscaling: "Auto Scaling",
  backup: "Backup",
  bedrock: "Bedrock",
  cloudformation: "CloudFormation",
  cloudfront: "CloudFront",
  cloudtrail: "CloudTrail",
  config: "Config",
  dynamodb: "DynamoDB",
  ec2: "EC2",
  ecr: "ECR",
  ecs: "ECS",
  eks: "EKS",
  elasticache: "ElastiCache",
  elasticfilesystem: "EFS",
  elasticloadbalancing: "Elastic Load Balancing",
  events: "EventBridge",
  firehose: "Firehose",
  glue: "Glue",
  guardduty: "GuardDuty",
  iam: "IAM",
  kinesis: "Kinesis",
  kms: "KMS",
  lambda: "Lambda",
  logs: "CloudWatch Logs",
  monitoring: "CloudWatch",
  organizations: "Organizations",
  rds: "RDS",
  route53: "Route 53",
  s3: "S3",
  secretsmanager: "Secrets Manager",
  securityhub: "Security Hub",
  ses: "SES",
  signin: "the console's sign-in",
  sns: "SNS",
  sqs: "SQS",
  ssm: "Systems Manager",
  sso: "Identity Center",
  states: "Step Functions",
  sts: "STS",
  wafv2: "WAF",
};
