import type { Aws } from "./aws";
import { ACCOUNT } from "./generated-events";

/** The role that a trail writes to log groups by. */
export const LOGS_ROLE = `arn:aws:iam::${ACCOUNT}:role/to-logs`;

export const SERVICE = { Service: "cloudtrail.amazonaws.com" };

/** A policy's text. */
export const document = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });

/** Lets CloudTrail take a role. */
export const TRUST = document({ Effect: "Allow", Principal: SERVICE, Action: "sts:AssumeRole" });

/** Makes the role, which may write to every group. */
export async function createLogsRole(aws: Aws): Promise<void> {
  await aws.query("iam", "CreateRole", { RoleName: "to-logs", AssumeRolePolicyDocument: TRUST });
  const Action = ["logs:CreateLogStream", "logs:PutLogEvents"];
  const PolicyDocument = document({ Effect: "Allow", Action, Resource: "arn:aws:logs:*:*:log-group:*" });
  await aws.query("iam", "PutRolePolicy", { RoleName: "to-logs", PolicyName: "write", PolicyDocument });
}
