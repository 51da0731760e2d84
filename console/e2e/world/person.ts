import type { Page } from "@playwright/test";
import type { Aws } from "./aws";
import { ACCOUNT } from "./generated-events";
import { STEP_MS, totp } from "./totp";

/** A user of a spec's own, with a password. */
export async function createPerson(
  aws: Aws,
  user: string,
  { password, changes = false, actions = ["*"] }: { password: string; changes?: boolean; actions?: string[] },
): Promise<void> {
  await aws.query("iam", "CreateUser", { UserName: user });
  const reset = { PasswordResetRequired: String(changes) };
  await aws.query("iam", "CreateLoginProfile", { UserName: user, Password: password, ...reset });
  const Statement = [{ Effect: "Allow", Action: actions, Resource: "*" }];
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await aws.query("iam", "PutUserPolicy", { UserName: user, PolicyName: "own", PolicyDocument });
}

/** Gives a user an MFA device, `USER-phone`, and tells its seed: the codes until now are used. */
export async function assignDevice(aws: Aws, user: string, now: number): Promise<string> {
  const made = await aws.query("iam", "CreateVirtualMFADevice", { VirtualMFADeviceName: `${user}-phone` });
  const [, blob = ""] = /<Base32StringSeed>([^<]+)</.exec(made) ?? [];
  const seed = Buffer.from(blob, "base64").toString();
  await aws.query("iam", "EnableMFADevice", {
    UserName: user,
    SerialNumber: `arn:aws:iam::${ACCOUNT}:mfa/${user}-phone`,
    AuthenticationCode1: totp(seed, now - STEP_MS),
    AuthenticationCode2: totp(seed, now),
  });
  return seed;
}

/** Types who one is into the sign-in page that is open, and sends it. */
export async function enterCredentials(
  page: Page,
  user: string,
  password: string,
  account = ACCOUNT,
): Promise<void> {
  await page.getByLabel("Account ID or alias").fill(account);
  await page.getByLabel("User name").fill(user);
  // Key by key, as a person types it.
  const field = page.getByLabel("Password", { exact: true });
  await field.clear();
  await field.pressSequentially(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** The menu of whoever is signed in. */
export const accountMenu = (page: Page) => page.getByRole("button", { name: /Signed in as/ });

interface Found {
  EventName: string;
  CloudTrailEvent: string;
}

/** The newest records of a name by a user, as the event history has them. */
export async function recordsOf(aws: Aws, name: string, user: string): Promise<Record<string, unknown>[]> {
  const Filters = [
    { Field: "EventName", Operator: "Equals", Values: [name] },
    { Field: "Username", Operator: "Equals", Values: [user] },
  ];
  const { Events } = await aws.page<{ Events: Found[] }>("/_cairn/history/search", {
    Filters,
    MaxResults: 10,
  });
  return Events.map((event) => JSON.parse(event.CloudTrailEvent) as Record<string, unknown>);
}
