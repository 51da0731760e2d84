import { query, Refusal } from "../api/call";
import type { Session } from "../api/session";

/** IAM is one for all Regions, and is signed for this one. */
const REGION = "us-east-1";

type Input = Record<string, string>;

/** Calls an action of IAM. */
export const iam = (action: string, input: Input = {}): Promise<Document> =>
  query("iam", REGION, "2010-05-08", action, input);

export interface MfaDevice {
  serial: string;
  /** What it was called when it was made. */
  name: string;
  enabled: string;
}

export async function listMfaDevices(): Promise<MfaDevice[]> {
  const answer = await iam("ListMFADevices");
  return membersOf(answer, "MFADevices").map((device) => {
    const serial = textOf(device, "SerialNumber");
    return { serial, name: deviceName(serial), enabled: textOf(device, "EnableDate") };
  });
}

/** A device that was made and belongs to nobody yet. */
export interface NewDevice {
  serial: string;
  /** In Base32, for an authenticator app. */
  seed: string;
}

export async function createDevice(name: string): Promise<NewDevice> {
  const answer = await iam("CreateVirtualMFADevice", { VirtualMFADeviceName: name });
  const seed = seedOf(textOf(answer, "Base32StringSeed"));
  return { serial: textOf(answer, "SerialNumber"), seed };
}

/** What IAM calls whoever is signed in. */
export const ownName = ({ Type, Name }: Session["Principal"]) => (Type === "Root" ? "root" : Name);

export interface Enabling {
  userName: string;
  serial: string;
  codes: [string, string];
}

export const enableDevice = ({ userName, serial, codes }: Enabling) =>
  iam("EnableMFADevice", {
    UserName: userName,
    SerialNumber: serial,
    AuthenticationCode1: codes[0],
    AuthenticationCode2: codes[1],
  });

export const deleteDevice = (serial: string) => iam("DeleteVirtualMFADevice", { SerialNumber: serial });

/**
 * Takes a device away from its user, and deletes it. From the first on its codes are asked for no more, whatever
 * becomes of the second: why it was refused is returned.
 */
export async function removeDevice(userName: string, serial: string): Promise<{ kept?: Refusal }> {
  await iam("DeactivateMFADevice", { UserName: userName, SerialNumber: serial });
  try {
    await deleteDevice(serial);
    return {};
  } catch (error) {
    if (error instanceof Refusal) return { kept: error };
    throw error;
  }
}

/** Brings a device back in step whose clock went wrong. */
export const resyncDevice = ({ userName, serial, codes }: Enabling) =>
  iam("ResyncMFADevice", {
    UserName: userName,
    SerialNumber: serial,
    AuthenticationCode1: codes[0],
    AuthenticationCode2: codes[1],
  });

/** The name to try after one that is taken: `alice-phone`, `alice-phone-2`, `alice-phone-3`. */
export function nextName(taken: string): string {
  const [, stem = taken, number] = /^(.*)-(\d{1,3})$/.exec(taken) ?? [];
  return `${stem}-${number === undefined ? 2 : Number(number) + 1}`;
}

export interface AccessKey {
  id: string;
  isActive: boolean;
  created: string;
  used?: { at: string; service: string; region: string };
}

export async function listAccessKeys(): Promise<AccessKey[]> {
  const answer = await iam("ListAccessKeys");
  const keys = membersOf(answer, "AccessKeyMetadata").map((key) => ({
    id: textOf(key, "AccessKeyId"),
    isActive: textOf(key, "Status") === "Active",
    created: textOf(key, "CreateDate"),
  }));
  return Promise.all(keys.map(async (key) => ({ ...key, ...(await lastUse(key.id)) })));
}

/** When a key was used last; nothing where it never was, or where that may not be asked. */
async function lastUse(id: string): Promise<Pick<AccessKey, "used">> {
  try {
    const answer = await iam("GetAccessKeyLastUsed", { AccessKeyId: id });
    const at = textOf(answer, "LastUsedDate");
    return at
      ? { used: { at, service: textOf(answer, "ServiceName"), region: textOf(answer, "Region") } }
      : {};
  } catch {
    return {};
  }
}

export interface UserFacts {
  created: string;
  /** When somebody signed in with its password last; empty where nobody did. */
  passwordUsed: string;
}

/** What IAM knows of whoever is signed in. */
export async function getOwnUser(): Promise<UserFacts> {
  const answer = await iam("GetUser");
  return { created: textOf(answer, "CreateDate"), passwordUsed: textOf(answer, "PasswordLastUsed") };
}

/** The name at the end of a device's ARN. */
export const deviceName = (serial: string): string => serial.split("/").pop() || serial;

/** The seed, which travels as a blob: Base64 of its Base32. */
export function seedOf(blob: string): string {
  try {
    const text = atob(blob);
    return /^[A-Z2-7]+=*$/.test(text) ? text : blob;
  } catch {
    return blob;
  }
}

/** The text of the first element of that name below another. */
export const textOf = (parent: Document | Element, name: string): string =>
  parent.getElementsByTagName(name)[0]?.textContent ?? "";

function membersOf(parent: Document, list: string): Element[] {
  const members = parent.getElementsByTagName(list)[0]?.children ?? [];
  return [...members].filter(({ tagName }) => tagName === "member");
}
