import type { FilterField } from "../api/history";
import { type EventRecord, textAt } from "./record";

/** Who did something, in words, and how to find what else they did. */
export interface Actor {
  name: string;
  /** The filter that finds their other events; absent where the record does not tell enough. */
  filter?: { field: FilterField; value: string };
}

const HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS";

/** Tells who made a call, as far as its record says. */
export function actorOf(record: EventRecord): Actor {
  const at = (path: string) => textAt(record, `userIdentity.${path}`);
  const arn = at("arn");
  const name = nameOf(at("type"), at);
  const filter = arn ? { field: "PrincipalArn" as const, value: arn } : undefined;
  const service = at("type") === undefined || at("type") === "AWSService" ? undefined : at("invokedBy");
  const full = service && service !== "AWS Internal" ? `${name} through ${service}` : name;
  return filter ? { name: full, filter } : { name: full };
}

function nameOf(type: string | undefined, at: (path: string) => string | undefined): string {
  const user = at("userName");
  if (user === HIDDEN) return "Someone with an unknown user name";
  switch (type) {
    case "Root":
      return user ? `The root user of ${user}` : "The root user";
    case "AssumedRole":
      return sessionOf(at("arn"), at("sessionContext.sessionIssuer.userName"), at("principalId"));
    case "FederatedUser":
      return `Federated user ${afterLast(at("principalId") ?? at("arn") ?? "", /[:/]/)}`;
    case "AWSAccount":
      return `Someone of account ${at("accountId") ?? at("principalId") ?? "unknown"}`;
    case "AWSService":
      return at("invokedBy") ?? "An AWS service";
    case "SAMLUser":
    case "WebIdentityUser":
      return user ?? at("principalId") ?? "A federated user";
    case "IdentityCenterUser":
      return user ?? at("onBehalfOf.userId") ?? "An Identity Center user";
    case "Unknown":
      return unproven(at("accessKeyId"), user);
    case undefined:
      return at("invokedBy") ?? user ?? "AWS";
    default:
      return user ?? lastOfArn(at("arn")) ?? at("principalId") ?? "Someone unknown";
  }
}

/** `arn:aws:sts::111122223333:assumed-role/uploader/batch-7` is `batch-7 (role uploader)`. */
function sessionOf(arn: string | undefined, issuer: string | undefined, id: string | undefined): string {
  const [, role, session] = /:assumed-role\/(.+)\/([^/]+)$/.exec(arn ?? "") ?? [];
  const who = session ?? (id?.includes(":") ? afterLast(id, /:/) : undefined);
  const as = issuer ?? role;
  if (who && as) return `${who} (role ${as})`;
  return who ?? (as ? `Role ${as}` : "A role session");
}

function unproven(key: string | undefined, user: string | undefined): string {
  if (user) return `Someone who claims to be ${user}`;
  return key ? `Someone unproven with key ${key}` : "Someone unproven";
}

const lastOfArn = (arn: string | undefined) => (arn ? afterLast(arn, /[:/]/) : undefined);

const afterLast = (text: string, separator: RegExp): string => text.split(separator).at(-1) ?? text;

/** Where a call came from, unless it is only the service itself again. */
export function placeOf(record: EventRecord): string | undefined {
  const address = textAt(record, "sourceIPAddress");
  const isAddress = address !== undefined && /^[\da-f.:]+$/i.test(address) && /\d/.test(address);
  return isAddress ? address : undefined;
}
