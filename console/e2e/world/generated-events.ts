import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { CALLS, CAST, type GeneratedCall, type Person } from "./cast";

export const ACCOUNT = "123456789012";
export const REGION = "us-east-1";

const FILE_EVENTS = 5_000;

/**
 * Writes CloudTrail log files of an account's `days` before `end` (seconds since 1970): people at work by day,
 * machines at any hour, mistakes and refusals. The same arguments give the same events.
 */
export function writeLogFiles(directory: string, count: number, days: number, end: number): void {
  const chance = randomness(8);
  const times = Array.from({ length: count }, () => Math.floor(end - chance() ** 1.3 * days * 86_400)).sort(
    (one, other) => one - other,
  );
  mkdirSync(directory, { recursive: true });
  for (let first = 0; first < count; first += FILE_EVENTS) {
    const part = times.slice(first, first + FILE_EVENTS);
    const records = part.map((at, index) => event(at, first + index, chance));
    const name = `${ACCOUNT}_CloudTrail_${REGION}_${String(first).padStart(9, "0")}.json.gz`;
    writeFileSync(join(directory, name), gzipSync(JSON.stringify({ Records: records }), { level: 1 }));
  }
}

/** Numbers between 0 and 1 that look drawn, the same ones for a seed. */
export function randomness(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function event(at: number, index: number, chance: () => number) {
  const person = weighted(CAST, chance);
  const call = weighted(
    CALLS.filter((one) => one.by.includes(person.kind)),
    chance,
  );
  const item = Math.floor(chance() * 40);
  const refused = chance() < person.refused;
  return {
    eventVersion: "1.11",
    userIdentity: identityOf(person, at),
    eventTime: `${new Date(at * 1000).toISOString().slice(0, 19)}Z`,
    eventSource: call.source,
    eventName: call.name,
    awsRegion: REGION,
    sourceIPAddress: person.address,
    userAgent: person.agent,
    ...(refused ? refusal(person, call) : {}),
    requestParameters: call.asked?.(item) ?? null,
    responseElements: refused || call.readOnly ? null : (call.answered?.(item) ?? null),
    requestID: guid(`request ${index}`),
    eventID: guid(`event ${index}`),
    readOnly: call.readOnly,
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: ACCOUNT,
    eventCategory: "Management",
    tlsDetails: {
      tlsVersion: "TLSv1.3",
      cipherSuite: "TLS_AES_128_GCM_SHA256",
      clientProvidedHostHeader: call.source.replace("amazonaws.com", `${REGION}.amazonaws.com`),
    },
  };
}

function identityOf(person: Person, at: number) {
  if (person.kind === "root")
    return {
      type: "Root",
      principalId: ACCOUNT,
      arn: `arn:aws:iam::${ACCOUNT}:root`,
      accountId: ACCOUNT,
      accessKeyId: "",
    };
  if (person.kind === "user")
    return {
      type: "IAMUser",
      principalId: `AIDAEXAMPLE${person.name.toUpperCase().padEnd(10, "0").slice(0, 10)}`,
      arn: `arn:aws:iam::${ACCOUNT}:user/${person.name}`,
      accountId: ACCOUNT,
      accessKeyId: `AKIAEXAMPLE${person.name.toUpperCase().padEnd(9, "0").slice(0, 9)}`,
      userName: person.name,
    };
  const [role = "", session = ""] = person.name.split("/");
  const id = `AROAEXAMPLE${role.toUpperCase().replace(/\W/g, "").padEnd(10, "0").slice(0, 10)}`;
  const begun = new Date(Math.floor(at / 3600) * 3600e3).toISOString().slice(0, 19);
  return {
    type: "AssumedRole",
    principalId: `${id}:${session}`,
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${session}`,
    accountId: ACCOUNT,
    accessKeyId: `ASIAEXAMPLE${String(Math.floor(at / 3600)).padStart(9, "0")}`,
    sessionContext: {
      sessionIssuer: {
        type: "Role",
        principalId: id,
        arn: `arn:aws:iam::${ACCOUNT}:role/${role}`,
        accountId: ACCOUNT,
        userName: role,
      },
      attributes: { creationDate: `${begun}Z`, mfaAuthenticated: "false" },
    },
  };
}

function refusal(person: Person, call: GeneratedCall) {
  const action = `${call.source.split(".")[0]}:${call.name}`;
  const message = `User: ${person.name} is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`;
  return {
    errorCode: call.source.startsWith("ec2") ? "Client.UnauthorizedOperation" : "AccessDenied",
    errorMessage: message,
  };
}

function weighted<Item extends { weight: number }>(items: Item[], chance: () => number): Item {
  let left = chance() * items.reduce((sum, item) => sum + item.weight, 0);
  for (const item of items) {
    left -= item.weight;
    if (left <= 0) return item;
  }
  return items[items.length - 1] as Item;
}

function guid(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
