import type { Aws } from "./aws";
import { awsOf } from "./own-server";
import { createPerson } from "./person";
import type { Server } from "./server";

/** The accounts of an organization. */
export const MANAGEMENT = "111111111111";
export const MEMBER = "222222222222";
export const DELEGATE = "333333333333";

/** The settings of a server that has them. */
export const ACCOUNTS = { account_id: MANAGEMENT, accounts: `${MEMBER},${DELEGATE}` };

/** The password of everybody in the organization. */
export const PASSWORD = "Cairns-mark-the-way-home-5";

/** The administrators of the accounts, by the public API. */
export interface Administrators {
  management: Aws;
  member: Aws;
  delegate: Aws;
}

const CLOUDTRAIL = { ServicePrincipal: "cloudtrail.amazonaws.com" };

/**
 * Makes an organization of the three accounts, in which the third administers CloudTrail. A person called `ann`, who
 * may do everything, is in each.
 */
export async function organize(server: Server): Promise<Administrators> {
  const administrators = administratorsOf(server);
  const { management, member, delegate } = administrators;
  await organizations(management, "CreateOrganization", { FeatureSet: "ALL" });
  await organizations(management, "EnableAWSServiceAccess", CLOUDTRAIL);
  for (const [id, invited] of [
    [MEMBER, member],
    [DELEGATE, delegate],
  ] as const) {
    const { Handshake } = await organizations<{ Handshake: { Id: string } }>(
      management,
      "InviteAccountToOrganization",
      { Target: { Id: id, Type: "ACCOUNT" } },
    );
    await organizations(invited, "AcceptHandshake", { HandshakeId: Handshake.Id });
  }
  await management.cloudtrail("RegisterOrganizationDelegatedAdmin", { MemberAccountId: DELEGATE });
  for (const aws of [management, member, delegate]) await createPerson(aws, "ann", { password: PASSWORD });
  return administrators;
}

/** The administrators of the accounts of a server that has them. */
export const administratorsOf = (server: Server): Administrators => ({
  management: awsOf(server, MANAGEMENT),
  member: awsOf(server, MEMBER),
  delegate: awsOf(server, DELEGATE),
});

const organizations = <Answer>(aws: Aws, operation: string, input: object) =>
  aws.json<Answer>("organizations", `AWSOrganizationsV20161128.${operation}`, input);
