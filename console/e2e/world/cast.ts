/** Who calls in the generated past, and what. */
export interface Person {
  kind: "user" | "role" | "root";
  /** Of a role: `role/session`. */
  name: string;
  address: string;
  agent: string;
  weight: number;
  /** The share of calls that are refused. */
  refused: number;
}

export interface GeneratedCall {
  source: string;
  name: string;
  readOnly: boolean;
  by: Person["kind"][];
  weight: number;
  asked?: (item: number) => object;
  answered?: (item: number) => object;
}

const CLI = "aws-cli/2.31.30 md/awscrt#0.28.4 ua/2.1 os/linux#6.8.0 exec-env/none";
const BOTO = "Boto3/1.40.2 md/Botocore#1.40.2 ua/2.1 os/linux lang/python#3.12.4";
const TERRAFORM = "APN/1.0 HashiCorp/1.0 Terraform/1.13.1 (+https://www.terraform.io) aws-sdk-go-v2/1.36.3";
const BROWSER =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36";

export const CAST: Person[] = [
  { kind: "user", name: "alice", address: "198.51.100.7", agent: CLI, weight: 14, refused: 0.01 },
  { kind: "user", name: "bob", address: "198.51.100.23", agent: BROWSER, weight: 9, refused: 0.03 },
  { kind: "user", name: "intern", address: "203.0.113.200", agent: CLI, weight: 3, refused: 0.35 },
  {
    kind: "role",
    name: "deploy/ci-4711",
    address: "192.0.2.40",
    agent: TERRAFORM,
    weight: 30,
    refused: 0.005,
  },
  {
    kind: "role",
    name: "fleet/i-0abc1234def567890",
    address: "10.0.4.17",
    agent: BOTO,
    weight: 40,
    refused: 0,
  },
  { kind: "role", name: "audit/scanner", address: "192.0.2.99", agent: BOTO, weight: 18, refused: 0.02 },
  { kind: "root", name: "root", address: "198.51.100.61", agent: BROWSER, weight: 0.2, refused: 0 },
];

const people: Person["kind"][] = ["user", "root"];
const all: Person["kind"][] = ["user", "role", "root"];
const roles: Person["kind"][] = ["role"];
const instance = (item: number) => `i-${String(item).padStart(17, "0")}`;

export const CALLS: GeneratedCall[] = [
  call("ec2", "DescribeInstances", true, all, 20),
  call(
    "ec2",
    "RunInstances",
    false,
    all,
    5,
    (item) => ({ instanceType: "m7g.large", imageId: `ami-${item}` }),
    (item) => ({ instancesSet: { items: [{ instanceId: instance(item) }] } }),
  ),
  call("ec2", "TerminateInstances", false, all, 3, (item) => ({
    instancesSet: { items: [{ instanceId: instance(item) }] },
  })),
  call("ec2", "AuthorizeSecurityGroupIngress", false, all, 2, (item) => ({
    groupId: `sg-${item}`,
    ipPermissions: { items: [{ ipProtocol: "tcp", fromPort: 22, toPort: 22 }] },
  })),
  call("ec2", "CreateTags", false, roles, 6, (item) => ({
    resourcesSet: { items: [{ resourceId: instance(item) }] },
    tagSet: { items: [{ key: "team", value: "core" }] },
  })),
  call("s3", "ListBuckets", true, all, 9),
  call("s3", "CreateBucket", false, all, 1, (item) => ({
    bucketName: `reports-${item}`,
    Host: "s3.amazonaws.com",
  })),
  call("s3", "PutBucketPolicy", false, people, 1, (item) => ({
    bucketName: `reports-${item}`,
    bucketPolicy: { Version: "2012-10-17" },
  })),
  call("s3", "DeleteBucket", false, all, 0.5, (item) => ({ bucketName: `reports-${item}` })),
  call("s3", "GetBucketAcl", true, roles, 8, (item) => ({ bucketName: `reports-${item}` })),
  call("iam", "ListUsers", true, all, 5),
  call(
    "iam",
    "CreateUser",
    false,
    people,
    0.6,
    (item) => ({ userName: `guest-${item}` }),
    (item) => ({ user: { userName: `guest-${item}`, path: "/" } }),
  ),
  call(
    "iam",
    "CreateAccessKey",
    false,
    people,
    0.6,
    (item) => ({ userName: `guest-${item}` }),
    (item) => ({
      accessKey: { userName: `guest-${item}`, status: "Active", accessKeyId: `AKIAEXAMPLEGUEST${item}` },
    }),
  ),
  call("iam", "AttachUserPolicy", false, people, 0.5, (item) => ({
    userName: `guest-${item}`,
    policyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess",
  })),
  call("iam", "DeleteUser", false, people, 0.4, (item) => ({ userName: `guest-${item}` })),
  call("iam", "GetRole", true, roles, 6, () => ({ roleName: "deploy" })),
  call("sts", "GetCallerIdentity", true, all, 12),
  call("sts", "AssumeRole", true, all, 8, (item) => ({
    roleArn: "arn:aws:iam::123456789012:role/deploy",
    roleSessionName: `ci-${item}`,
  })),
  call("kms", "Decrypt", true, roles, 15, () => ({
    encryptionAlgorithm: "SYMMETRIC_DEFAULT",
    encryptionContext: { service: "billing" },
  })),
  call("kms", "CreateKey", false, people, 0.2, () => ({ keyUsage: "ENCRYPT_DECRYPT" })),
  call("kms", "ScheduleKeyDeletion", false, people, 0.1, (item) => ({
    keyId: `key-${item}`,
    pendingWindowInDays: 7,
  })),
  call("lambda", "UpdateFunctionCode20150331v2", false, roles, 4, (item) => ({
    functionName: `worker-${item}`,
  })),
  call("lambda", "ListFunctions20150331", true, all, 5),
  call("cloudtrail", "LookupEvents", true, people, 3),
  call("cloudtrail", "DescribeTrails", true, all, 3),
  call("cloudtrail", "StopLogging", false, people, 0.05, () => ({ name: "main" })),
  call("secretsmanager", "GetSecretValue", true, roles, 10, (item) => ({ secretId: `db-${item}` })),
  call("rds", "CreateDBSnapshot", false, roles, 1, (item) => ({
    dBInstanceIdentifier: "orders",
    dBSnapshotIdentifier: `orders-${item}`,
  })),
  call("dynamodb", "CreateTable", false, roles, 0.5, (item) => ({ tableName: `table-${item}` })),
  call("logs", "CreateLogStream", false, roles, 12, (item) => ({
    logGroupName: "/app",
    logStreamName: `stream-${item}`,
  })),
];

function call(
  service: string,
  name: string,
  readOnly: boolean,
  by: Person["kind"][],
  weight: number,
  asked?: GeneratedCall["asked"],
  answered?: GeneratedCall["answered"],
): GeneratedCall {
  const source = `${service}.amazonaws.com`;
  return {
    source,
    name,
    readOnly,
    by,
    weight,
    ...(asked ? { asked } : {}),
    ...(answered ? { answered } : {}),
  };
}
