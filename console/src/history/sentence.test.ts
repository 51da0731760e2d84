import { describe, expect, test } from "vitest";
import type { EventRecord, Json } from "./record";
import { sentenceText } from "./sentence";

const ALICE: Json = { type: "IAMUser", userName: "alice", arn: "arn:aws:iam::111122223333:user/alice" };

/** What alice did from an address of documentation, with what matters of the record. */
function said(source: string, name: string, parts: EventRecord = {}): string {
  return sentenceText({
    userIdentity: ALICE,
    eventSource: `${source}.amazonaws.com`,
    eventName: name,
    sourceIPAddress: "198.51.100.7",
    ...parts,
  });
}

const asked = (requestParameters: Json, parts: EventRecord = {}) => ({ requestParameters, ...parts });
const answered = (responseElements: Json, parts: EventRecord = {}) => ({ responseElements, ...parts });
const items = (...names: string[]): Json => ({ items: names.map((instanceId) => ({ instanceId })) });

const CALLS: [source: string, name: string, parts: EventRecord, sentence: string][] = [
  [
    "iam",
    "CreateAccessKey",
    asked({ userName: "bob" }, answered({ accessKey: { accessKeyId: "AKIAEXAMPLE1", userName: "bob" } })),
    "alice created access key AKIAEXAMPLE1 for bob from 198.51.100.7",
  ],
  [
    "iam",
    "CreateAccessKey",
    asked(null, answered({ accessKey: { accessKeyId: "AKIAEXAMPLE1", userName: "alice" } })),
    "alice created access key AKIAEXAMPLE1 for alice from 198.51.100.7",
  ],
  [
    "iam",
    "AttachRolePolicy",
    asked({ roleName: "web", policyArn: "arn:aws:iam::aws:policy/service-role/ReadOnly" }),
    "alice attached policy ReadOnly to role web from 198.51.100.7",
  ],
  [
    "iam",
    "UpdateAccessKey",
    asked({ userName: "bob", accessKeyId: "AKIAEXAMPLE1", status: "Inactive" }),
    "alice set access key AKIAEXAMPLE1 of bob to Inactive from 198.51.100.7",
  ],
  [
    "iam",
    "CreateLoginProfile",
    asked({ userName: "bob" }),
    "alice gave bob a password for the console from 198.51.100.7",
  ],
  [
    "iam",
    "DeleteLoginProfile",
    asked({ userName: "bob" }),
    "alice took the console password of bob away from 198.51.100.7",
  ],
  [
    "iam",
    "TagUser",
    asked({ userName: "bob", tags: [{ key: "team" }, { key: "cost" }] }),
    "alice tagged user bob with team and cost from 198.51.100.7",
  ],
  ["iam", "GetUser", asked({ userName: "bob" }), "alice looked at user bob from 198.51.100.7"],
  ["iam", "GetUser", asked(null), "alice looked at their own user from 198.51.100.7"],
  ["s3", "CreateBucket", asked({ bucketName: "logs" }), "alice created bucket logs from 198.51.100.7"],
  [
    "s3",
    "PutObject",
    asked({ bucketName: "logs", key: "a/b.txt" }),
    "alice wrote a/b.txt to bucket logs from 198.51.100.7",
  ],
  [
    "s3",
    "PutBucketVersioning",
    asked({ bucketName: "logs", VersioningConfiguration: { Status: "Suspended" } }),
    "alice set the versioning of bucket logs to Suspended from 198.51.100.7",
  ],
  [
    "s3",
    "GetBucketLogging",
    asked({ bucketName: "logs" }),
    "alice read the logging of bucket logs in S3 from 198.51.100.7",
  ],
  [
    "ec2",
    "TerminateInstances",
    asked({ instancesSet: items("i-1") }),
    "alice terminated instance i-1 from 198.51.100.7",
  ],
  [
    "ec2",
    "StopInstances",
    asked({ instancesSet: items("i-1", "i-2") }),
    "alice stopped instances i-1 and i-2 from 198.51.100.7",
  ],
  [
    "ec2",
    "StartInstances",
    asked({ instancesSet: items("i-1", "i-2", "i-3", "i-4") }),
    "alice started instances i-1, i-2 and 2 more from 198.51.100.7",
  ],
  [
    "ec2",
    "RunInstances",
    asked({ instanceType: "t3.micro" }, { errorCode: "Client.UnauthorizedOperation" }),
    "alice tried to launch instances of type t3.micro and was denied (UnauthorizedOperation) from 198.51.100.7",
  ],
  [
    "ec2",
    "RunInstances",
    asked({ instanceType: "t3.micro" }, answered({ instancesSet: items("i-1") })),
    "alice launched instance i-1 of type t3.micro from 198.51.100.7",
  ],
  [
    "ec2",
    "AuthorizeSecurityGroupIngress",
    asked({
      groupId: "sg-1",
      ipPermissions: {
        items: [{ fromPort: 22, toPort: 22, ipRanges: { items: [{ cidrIp: "0.0.0.0/0" }] } }],
      },
    }),
    "alice let traffic into security group sg-1 from 0.0.0.0/0 to port 22 from 198.51.100.7",
  ],
  [
    "kms",
    "ScheduleKeyDeletion",
    asked({ keyId: "arn:aws:kms:us-east-1:111122223333:key/0f1e", pendingWindowInDays: 7 }),
    "alice scheduled key 0f1e for deletion in 7 days from 198.51.100.7",
  ],
  [
    "kms",
    "Decrypt",
    { resources: [{ ARN: "arn:aws:kms:us-east-1:111122223333:key/0f1e" }] },
    "alice decrypted something with key 0f1e from 198.51.100.7",
  ],
  [
    "cloudtrail",
    "StopLogging",
    asked({ name: "arn:aws:cloudtrail:us-east-1:111122223333:trail/main" }),
    "alice stopped logging of trail main from 198.51.100.7",
  ],
  [
    "cloudtrail",
    "LookupEvents",
    asked({ lookupAttributes: [{ attributeKey: "Username", attributeValue: "bob" }] }),
    "alice looked up events with Username bob from 198.51.100.7",
  ],
  ["cloudtrail", "LookupEvents", asked(null), "alice looked up events from 198.51.100.7"],
  [
    "sts",
    "AssumeRole",
    asked({ roleArn: "arn:aws:iam::111122223333:role/path/uploader", roleSessionName: "batch-7" }),
    "alice assumed role uploader as session batch-7 from 198.51.100.7",
  ],
  ["sts", "GetCallerIdentity", asked(null), "alice asked who they are from 198.51.100.7"],
  [
    "lambda",
    "CreateFunction20150331",
    asked({ functionName: "thumb" }),
    "alice created function thumb from 198.51.100.7",
  ],
  [
    "lambda",
    "UpdateFunctionCode20150331v2",
    asked({ functionName: "arn:aws:lambda:us-east-2:111122223333:function:thumb" }),
    "alice changed the code of function thumb from 198.51.100.7",
  ],
  [
    "organizations",
    "MoveAccount",
    asked({ accountId: "444455556666", destinationParentId: "ou-1" }),
    "alice moved account 444455556666 to ou-1 from 198.51.100.7",
  ],
  [
    "organizations",
    "LeaveOrganization",
    asked(null),
    "alice took the account out of the organization from 198.51.100.7",
  ],
  [
    "signin",
    "ConsoleLogin",
    answered({ ConsoleLogin: "Success" }, { additionalEventData: { MFAUsed: "Yes" } }),
    "alice signed in to the console with MFA from 198.51.100.7",
  ],
  [
    "signin",
    "SwitchRole",
    { additionalEventData: { SwitchFrom: "arn:aws:iam::111122223333:user/alice" } },
    "alice switched to this role in the console (as alice before) from 198.51.100.7",
  ],
  [
    "cloudtrail",
    "ImportEvents",
    { additionalEventData: { import: { stage: "begun" } } },
    "alice began to import events of other systems from 198.51.100.7",
  ],
  [
    "cloudtrail",
    "ImportEvents",
    { additionalEventData: { import: { stage: "ended", outcome: "complete" } } },
    "alice imported events of other systems from 198.51.100.7",
  ],
  [
    "cloudtrail",
    "ImportEvents",
    { additionalEventData: { import: { stage: "ended", outcome: "failed" } } },
    "alice gave up importing events of other systems from 198.51.100.7",
  ],
  ["secretsmanager", "GetSecretValue", asked({ secretId: "db" }), "alice read secret db from 198.51.100.7"],
  ["ssm", "GetParameters", asked({ names: ["a", "b"] }), "alice read parameters a and b from 198.51.100.7"],
];

describe("calls that are known", () => {
  test.each(CALLS)("%s %s", (source, name, parts, sentence) => {
    expect(said(source, name, parts)).toBe(sentence);
  });
});

const OTHERS: [source: string, name: string, parts: EventRecord, sentence: string][] = [
  [
    "elasticloadbalancing",
    "CreateLoadBalancer",
    asked({ loadBalancerName: "web" }),
    "alice created load balancer web in Elastic Load Balancing from 198.51.100.7",
  ],
  ["ec2", "DescribeVpcs", asked(null), "alice looked at VPCs in EC2 from 198.51.100.7"],
  ["rds", "DescribeDBInstances", asked(null), "alice looked at DB instances in RDS from 198.51.100.7"],
  ["efs", "CreateMountTarget", asked({}), "alice created a mount target in efs from 198.51.100.7"],
  ["ssm", "GetInventory", asked({}), "alice read the inventory in Systems Manager from 198.51.100.7"],
  ["glue", "BatchDeleteTable", asked({}), "alice deleted a table in Glue, several at once from 198.51.100.7"],
  ["invented", "FrobnicateThings", asked({}), "alice called FrobnicateThings of invented from 198.51.100.7"],
  [
    "ec2",
    "SharedSnapshotVolumeCreated",
    { eventType: "AwsServiceEvent" },
    "alice reported SharedSnapshotVolumeCreated in EC2 from 198.51.100.7",
  ],
  // The record of a denied call often does not tell what it was about.
  [
    "sts",
    "AssumeRole",
    asked(null, { errorCode: "AccessDenied" }),
    "alice tried to assume a role in STS and was denied (AccessDenied) from 198.51.100.7",
  ],
];

describe("calls that are not", () => {
  test.each(OTHERS)("%s %s", (source, name, parts, sentence) => {
    expect(said(source, name, parts)).toBe(sentence);
  });
});

const OUTCOMES: [parts: EventRecord, deed: string][] = [
  [{ errorCode: "AccessDenied" }, "tried to delete trail main and was denied (AccessDenied)"],
  [
    { errorCode: "Client.UnauthorizedOperation" },
    "tried to delete trail main and was denied (UnauthorizedOperation)",
  ],
  [{ errorCode: "TrailNotFoundException" }, "tried to delete trail main and failed (TrailNotFound)"],
  [{ errorCode: "ThrottlingException" }, "tried to delete trail main and was throttled (Throttling)"],
  [{ errorCode: "Client.DryRunOperation" }, "tried out whether they may delete trail main: they may"],
  [
    { errorMessage: "Failed authentication" },
    "tried to delete trail main and failed (Failed authentication)",
  ],
  [{ sessionCredentialFromConsole: "true" }, "deleted trail main in the console"],
  [
    { sessionCredentialFromConsole: "true", errorCode: "AccessDenied" },
    "tried to delete trail main in the console and was denied (AccessDenied)",
  ],
];

test.each(OUTCOMES)("what came of it: %j", (parts, deed) => {
  const sentence = said("cloudtrail", "DeleteTrail", asked({ name: "main" }, parts));
  expect(sentence).toBe(`alice ${deed} from 198.51.100.7`);
});

const ACTORS: [userIdentity: Json, name: string][] = [
  [{ type: "Root", accountId: "111122223333" }, "The root user"],
  [{ type: "Root", userName: "acme" }, "The root user of acme"],
  [
    { type: "AssumedRole", arn: "arn:aws:sts::111122223333:assumed-role/uploader/batch-7" },
    "batch-7 (role uploader)",
  ],
  [{ type: "AssumedRole", principalId: "AROAX:batch-7" }, "batch-7"],
  [{ type: "FederatedUser", principalId: "111122223333:carol" }, "Federated user carol"],
  [{ type: "AWSAccount", accountId: "999988887777" }, "Someone of account 999988887777"],
  [{ type: "AWSService", invokedBy: "ec2.amazonaws.com" }, "ec2.amazonaws.com"],
  [{ type: "SAMLUser", userName: "carol@example.org" }, "carol@example.org"],
  [{ type: "Unknown", accessKeyId: "AKIAEXAMPLE9" }, "Someone unproven with key AKIAEXAMPLE9"],
  [{ type: "Unknown" }, "Someone unproven"],
  [{ type: "IAMUser", userName: "HIDDEN_DUE_TO_SECURITY_REASONS" }, "Someone with an unknown user name"],
  [
    { ...(ALICE as object), invokedBy: "cloudformation.amazonaws.com" },
    "alice through cloudformation.amazonaws.com",
  ],
  [{ accountId: "111122223333", invokedBy: "secretsmanager.amazonaws.com" }, "secretsmanager.amazonaws.com"],
  [null, "AWS"],
];

test.each(ACTORS)("who it was: %j", (userIdentity, name) => {
  expect(said("sts", "GetCallerIdentity", { userIdentity })).toBe(
    `${name} asked who they are from 198.51.100.7`,
  );
});

const PLACES: [address: Json, ending: string][] = [
  ["2001:db8::1", " from 2001:db8::1"],
  ["AWS Internal", ""],
  ["ec2.amazonaws.com", ""],
  [null, ""],
];

test.each(PLACES)("where it came from: %j", (sourceIPAddress, ending) => {
  expect(said("sts", "GetCallerIdentity", { sourceIPAddress })).toBe(`alice asked who they are${ending}`);
});

const FOREIGN: Json[] = [
  {},
  { eventName: 7, eventSource: [] },
  { eventName: "constructor", eventSource: "iam.amazonaws.com" },
  { eventName: "CreateBucket", eventSource: "__proto__" },
  { eventName: "CreateUser", eventSource: "iam.amazonaws.com", requestParameters: [[[["x"]]]] },
  { userIdentity: "root", requestParameters: "text", responseElements: 1 },
];

test.each(FOREIGN)("a record can be anything: %j", (record) => {
  expect(sentenceText(record as EventRecord)).toMatch(/^\S.+\S$/);
});

test("what a record tells is never read as a template", () => {
  const userName = "[{userName}] ~ {=x|^eventName}";
  expect(said("iam", "CreateUser", asked({ userName }))).toBe(
    `alice created user ${userName} from 198.51.100.7`,
  );
});
