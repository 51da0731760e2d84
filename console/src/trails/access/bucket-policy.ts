/** What CloudTrail needs of a bucket, and how that gets into a policy that is there. */

export interface Statement {
  Sid?: string;
  [member: string]: unknown;
}

export interface Policy {
  Version?: string;
  Statement: Statement[];
}

export interface Delivery {
  bucket: string;
  prefix: string;
  /** The account that owns the trail. */
  owner: string;
  /** The organization whose accounts the trail covers. */
  organization?: string;
}

const SERVICE = { Service: "cloudtrail.amazonaws.com" };

/** The statements that let every trail of the owner deliver: those that `cairn bucket-policy` prints. */
export function deliveryStatements({ bucket, prefix, owner, organization }: Delivery): Statement[] {
  const source = { ArnLike: { "aws:SourceArn": `arn:aws:cloudtrail:*:${owner}:trail/*` } };
  const write = (sid: string, folder: string): Statement => ({
    Sid: sid,
    Effect: "Allow",
    Principal: SERVICE,
    Action: "s3:PutObject",
    Resource: `arn:aws:s3:::${bucket}/${prefix ? `${prefix}/` : ""}AWSLogs/${folder}/*`,
    Condition: { StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control" }, ...source },
  });
  return [
    {
      Sid: "AWSCloudTrailAclCheck20150319",
      Effect: "Allow",
      Principal: SERVICE,
      Action: "s3:GetBucketAcl",
      Resource: `arn:aws:s3:::${bucket}`,
      Condition: source,
    },
    write("AWSCloudTrailWrite20150319", owner),
    ...(organization ? [write("AWSCloudTrailOrganizationWrite20150319", organization)] : []),
  ];
}

/** A policy with nothing else in it. */
export const deliveryPolicy = (delivery: Delivery): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: deliveryStatements(delivery) }, null, 2);

/**
 * Adds what CloudTrail needs to a policy that is there, and takes nothing away: a statement that is there already stays
 * alone, and one of the same name for something else gets a neighbour with a number.
 */
export function withDelivery(policy: string | undefined, delivery: Delivery): string {
  if (policy === undefined) return deliveryPolicy(delivery);
  const { Statement: found, ...rest } = JSON.parse(policy) as { Statement: Statement | Statement[] };
  const statements = Array.isArray(found) ? [...found] : [found];
  for (const statement of deliveryStatements(delivery)) {
    if (statements.some((known) => isSame(known, statement))) continue;
    statements.push({ ...statement, Sid: freeSid(statements, statement.Sid ?? "") });
  }
  return JSON.stringify({ ...rest, Statement: statements }, null, 2);
}

/** Whether a policy has all that CloudTrail needs as this console writes it; it may also be said in other words. */
export function hasDelivery(policy: string | undefined, delivery: Delivery): boolean {
  if (policy === undefined) return false;
  const { Statement: found } = JSON.parse(policy) as { Statement: Statement | Statement[] };
  const statements = Array.isArray(found) ? found : [found];
  return deliveryStatements(delivery).every((needed) => statements.some((known) => isSame(known, needed)));
}

function isSame(one: Statement, other: Statement): boolean {
  const { Sid: _one, ...first } = one;
  const { Sid: _other, ...second } = other;
  return canonical(first) === canonical(second);
}

/** JSON whose members have one order, so that texts can be compared. */
function canonical(value: unknown): string {
  if (Array.isArray(value))
    return value.length === 1 ? canonical(value[0]) : `[${value.map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join()}}`;
}

function freeSid(statements: readonly Statement[], sid: string): string {
  const taken = new Set(statements.map(({ Sid }) => Sid));
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? sid : `${sid}x${count}`;
    if (!taken.has(name)) return name;
  }
}
