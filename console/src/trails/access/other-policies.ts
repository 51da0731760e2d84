/** What else must let CloudTrail in: a KMS key, an SNS topic, a role that writes to CloudWatch Logs. */

const SERVICE = { Service: "cloudtrail.amazonaws.com" };

const document = (Statement: object[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement }, null, 2);

/** The policy of a KMS key that encrypts log files: the one that `cairn key-policy` prints. */
export function keyPolicy(account: string): string {
  const trails = `arn:aws:cloudtrail:*:${account}:trail/*`;
  const root = { AWS: `arn:aws:iam::${account}:root` };
  return document([
    { Sid: "Enable IAM User Permissions", Effect: "Allow", Principal: root, Action: "kms:*", Resource: "*" },
    {
      Sid: "Allow CloudTrail to encrypt logs",
      Effect: "Allow",
      Principal: SERVICE,
      Action: "kms:GenerateDataKey*",
      Resource: "*",
      Condition: {
        StringLike: { "kms:EncryptionContext:aws:cloudtrail:arn": trails },
        ArnLike: { "aws:SourceArn": trails },
      },
    },
    {
      Sid: "Allow CloudTrail to describe key",
      Effect: "Allow",
      Principal: SERVICE,
      Action: "kms:DescribeKey",
      Resource: "*",
    },
    {
      Sid: "Enable CloudTrail log decrypt permissions",
      Effect: "Allow",
      Principal: root,
      Action: "kms:Decrypt",
      Resource: "*",
      Condition: { Null: { "kms:EncryptionContext:aws:cloudtrail:arn": "false" } },
    },
  ]);
}

/** What the policy of a topic must allow. */
export const topicPolicy = (topic: string, account: string): string =>
  document([
    {
      Sid: "AWSCloudTrailSNSPolicy20131101",
      Effect: "Allow",
      Principal: SERVICE,
      Action: "SNS:Publish",
      Resource: topic,
      Condition: { ArnLike: { "aws:SourceArn": `arn:aws:cloudtrail:*:${account}:trail/*` } },
    },
  ]);

/** Who may assume the role that writes to a log group. */
export const logsTrustPolicy = (): string =>
  document([{ Effect: "Allow", Principal: SERVICE, Action: "sts:AssumeRole" }]);

/** What the role may do: write streams of the trail's own. */
export function logsRolePolicy(group: string, account: string): string {
  const streams = `${group.replace(/:\*$/, "")}:log-stream:${account}_CloudTrail_*`;
  return document([
    { Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: [streams] },
  ]);
}
