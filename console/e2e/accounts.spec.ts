import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect } from "./fixtures";
import type { Aws } from "./world/aws";
import {
  ACCOUNTS,
  type Administrators,
  administratorsOf,
  MANAGEMENT,
  MEMBER,
  PASSWORD,
} from "./world/organization";
import { serving, testOn } from "./world/own-server";
import { accountMenu, createPerson, enterCredentials } from "./world/person";
import type { Server } from "./world/server";

/** Three accounts on one server, in no organization. */
const test = testOn<{ server: Server; administrators: Administrators }>((use) =>
  serving(ACCOUNTS, undefined, async (server) => {
    const administrators = administratorsOf(server);
    for (const aws of [administrators.management, administrators.member])
      await createPerson(aws, "ann", { password: PASSWORD });
    await use({ server, administrators });
  }),
);

const rows = (page: Page) => page.getByRole("table", { name: "Events" }).locator("tbody tr");

/** Signs `ann` of an account in, on the way to a page. */
async function enter(page: Page, account: string, to: string) {
  await page.goto(`/_cairn/console/sign-in?to=${encodeURIComponent(to)}`);
  await enterCredentials(page, "ann", PASSWORD, account);
  await expect(accountMenu(page)).toContainText("ann");
}

test("an account's alias stands for its number at the sign-in and where a role is switched to", async ({
  page,
  world: { administrators },
  look,
}) => {
  const { member, management } = administrators;
  await member.query("iam", "CreateAccountAlias", { AccountAlias: "north-face" });
  await page.goto("/_cairn/console/sign-in?to=/account");
  await enterCredentials(page, "ann", PASSWORD, "south-face");
  await expect(page.getByText("Your sign-in information is incorrect")).toBeVisible();
  await enterCredentials(page, "ann", PASSWORD, "north-face");
  await expect(accountMenu(page)).toContainText("ann @ north-face");
  await expect(page.getByText(`arn:aws:iam::${MEMBER}:user/ann`).first()).toBeVisible();
  await look("account-alias");
  await expect.poll(() => loginsOf(member)).toEqual(["ann"]);
  expect(await loginsOf(management)).toEqual([]);

  await createRole(member, "guest");
  await page.context().clearCookies();
  await enter(page, MANAGEMENT, "/switch-role?account=north-face&roleName=guest");
  await page.getByRole("button", { name: "Switch role", exact: true }).click();
  await expect(accountMenu(page)).toContainText("guest");
  await page.goto("/_cairn/console/account");
  await expect(page.getByText("You work in the role guest")).toBeVisible();
});

test("what is done in another account's role stands in the histories of both, each with its part", async ({
  page,
  world: { administrators },
  look,
}) => {
  test.slow();
  await createRole(administrators.member, "visitor");
  await enter(page, MANAGEMENT, "/switch-role");
  await page.getByLabel("Account ID or alias").fill(MEMBER);
  await page.getByLabel("Role name").fill("visitor");
  await page.getByRole("button", { name: "Switch role", exact: true }).click();
  await expect(accountMenu(page)).toContainText("visitor");

  // In the role: the member's history, with the switch and who it was.
  await page.goto("/_cairn/console/events?EventName=SwitchRole&ReadOnly=any&text=visitor");
  await expect(rows(page).filter({ hasText: "SwitchRole" })).toHaveCount(1);
  await page.goto("/_cairn/console/events?EventName=AssumeRole&ReadOnly=any&text=visitor");
  const assumed = rows(page).filter({ hasText: "AssumeRole" });
  await expect(assumed).toHaveCount(1);
  await assumed.getByRole("link", { name: "AssumeRole" }).click();
  const record = page.getByRole("region", { name: "Event record" });
  await expect(record).toContainText(`"recipientAccountId": "${MEMBER}"`);
  await expect(record).toContainText(`"accountId": "${MANAGEMENT}"`);
  await look("event-of-another-account");
  const shared = sharedId((await record.textContent()) ?? "");
  expect(shared).toMatch(/^[0-9a-f-]{36}$/);

  // Back: the caller's own history has its side of it, and nothing of what the role did.
  await accountMenu(page).click();
  await page.getByRole("menuitem", { name: /Back to ann/ }).click();
  await expect(accountMenu(page)).toContainText(`ann @ ${MANAGEMENT}`);
  await page.goto("/_cairn/console/events?EventName=AssumeRole&ReadOnly=any&text=visitor");
  await expect(assumed).toHaveCount(1);
  await assumed.getByRole("link", { name: "AssumeRole" }).click();
  await expect(record).toContainText(`"recipientAccountId": "${MANAGEMENT}"`);
  expect(sharedId((await record.textContent()) ?? "")).toBe(shared);
  await page.goto("/_cairn/console/events?EventName=SwitchRole&EventName=ExitRole&ReadOnly=any");
  await expect(page.getByText("No events match")).toBeVisible();
  await expect.poll(() => namesOf(administrators.member, "ExitRole")).toEqual(["ExitRole"]);
});

test("imported files are in the history of who imported them, at the times and of the accounts that they tell", async ({
  page,
  world: { server, administrators },
  look,
}) => {
  const at = new Date(Date.now() - 40 * 3600e3);
  at.setUTCMinutes(7, 9, 0);
  const directory = join(server.home, "imported");
  mkdirSync(directory, { recursive: true });
  const Records = [imported(at, "us-east-1", MANAGEMENT), imported(at, "eu-west-1", "999999999999")];
  writeFileSync(join(directory, "one.json"), JSON.stringify({ Records }));
  expect(await server.import("cloudtrail", directory)).toMatchObject({ recorded: 2 });
  await enter(page, MANAGEMENT, "/events?EventName=CreateVolume&range=7d");
  await expect(rows(page).filter({ hasText: "CreateVolume" })).toHaveCount(1);
  const [day, time] = at.toISOString().slice(0, 19).split("T");
  await expect(rows(page).first()).toContainText(`${day} ${time}`);
  await expect(page.getByRole("columnheader", { name: "Event time (UTC)" })).toBeVisible();
  await rows(page).first().getByRole("link", { name: "CreateVolume" }).click();
  await expect(page.getByText(/olga created/).first()).toBeVisible();
  const named = `${MONTHS[at.getUTCMonth()]} ${day?.slice(8)}, ${at.getUTCFullYear()}, ${time} (UTC)`;
  await expect(page.getByText(named).first()).toBeVisible();
  await look("event-imported");
  // The other Region has what happened there, of whatever account; who imported is told beside it.
  await page.goto("/_cairn/console/events?EventName=CreateVolume&range=7d");
  await page.getByRole("button", { name: /^Region/ }).click();
  await page.getByRole("menuitemcheckbox", { name: /Ireland/ }).click();
  await expect(page).toHaveURL(/region=eu-west-1/);
  await expect(rows(page).filter({ hasText: "CreateVolume" })).toHaveCount(1);
  await rows(page).first().getByRole("link", { name: "CreateVolume" }).click();
  const record = page.getByRole("region", { name: "Event record" });
  await expect(record).toContainText('"accountId": "999999999999"');
  await expect(record).toContainText('"awsRegion": "eu-west-1"');
  expect(await namesOf(administrators.management, "ImportEvents")).toContain("ImportEvents");
  expect(await namesOf(administrators.member, "ImportEvents", "CreateVolume")).toEqual([]);
});

test("a Region has the events that happened in it alone", async ({ page, world: { administrators } }) => {
  const there = administrators.management.in("ap-southeast-2");
  await there.cloudtrail("DescribeTrails");
  const { KeyMetadata } = await there.json<{ KeyMetadata: { KeyId: string } }>(
    "kms",
    "TrentService.CreateKey",
  );
  await enter(page, MANAGEMENT, "/events?EventName=CreateKey&region=ap-southeast-2");
  await expect(rows(page).filter({ hasText: "CreateKey" })).toHaveCount(1);
  await rows(page).first().getByRole("link", { name: "CreateKey" }).click();
  await expect(page.getByText(KeyMetadata.KeyId).first()).toBeVisible();
  // A link from here stays here.
  await expect(page).toHaveURL(/region=ap-southeast-2/);
  await page.goto("/_cairn/console/events?EventName=CreateKey&region=us-east-1");
  await expect(page.getByText("No events match")).toBeVisible();
});

const MONTHS = "January February March April May June July August September October November December".split(
  " ",
);

const sharedId = (record: string) => /"sharedEventID": "([^"]+)"/.exec(record)?.[1] ?? "";

/** A role that whoever is in the management account may take, and that may do everything. */
async function createRole(aws: Aws, RoleName: string) {
  const document = (statement: object) => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  const trusted = { AWS: `arn:aws:iam::${MANAGEMENT}:root` };
  const AssumeRolePolicyDocument = document({
    Effect: "Allow",
    Principal: trusted,
    Action: "sts:AssumeRole",
  });
  await aws.query("iam", "CreateRole", { RoleName, AssumeRolePolicyDocument });
  const PolicyDocument = document({ Effect: "Allow", Action: "*", Resource: "*" });
  await aws.query("iam", "PutRolePolicy", { RoleName, PolicyName: "all", PolicyDocument });
}

/** The events of some names in an account's history, newest first. */
async function namesOf(aws: Aws, ...names: string[]): Promise<string[]> {
  const Filters = [{ Field: "EventName", Operator: "Equals", Values: names }];
  const { Events } = await aws.page<{ Events: { EventName: string }[] }>("/_cairn/history/search", {
    Filters,
  });
  return Events.map(({ EventName }) => EventName);
}

/** Who signed in at the console, as the account's history has it. */
async function loginsOf(aws: Aws): Promise<string[]> {
  const Filters = [{ Field: "EventName", Operator: "Equals", Values: ["ConsoleLogin"] }];
  const asked = { Filters };
  const { Events } = await aws.page<{ Events: { CloudTrailEvent: string }[] }>(
    "/_cairn/history/search",
    asked,
  );
  return Events.map(({ CloudTrailEvent }) => JSON.parse(CloudTrailEvent) as Login)
    .filter(({ responseElements }) => responseElements.ConsoleLogin === "Success")
    .map(({ userIdentity }) => userIdentity.userName ?? "");
}

interface Login {
  userIdentity: { userName?: string };
  responseElements: { ConsoleLogin: string };
}

function imported(at: Date, awsRegion: string, accountId: string) {
  return {
    eventVersion: "1.11",
    userIdentity: {
      type: "IAMUser",
      principalId: "AIDAEXAMPLEOLGA",
      arn: `arn:aws:iam::${accountId}:user/olga`,
      accountId,
      accessKeyId: "AKIAEXAMPLEOLGA",
      userName: "olga",
    },
    eventTime: at.toISOString().replace(".000Z", "Z"),
    eventSource: "ec2.amazonaws.com",
    eventName: "CreateVolume",
    awsRegion,
    sourceIPAddress: "203.0.113.9",
    userAgent: "aws-cli/2.31.30",
    requestParameters: { size: "8", zone: `${awsRegion}a` },
    responseElements: { volumeId: "vol-0abc", size: "8" },
    requestID: `1f000000-0000-4000-8000-${accountId}`,
    eventID: `2f000000-0000-4000-8000-${accountId}`,
    readOnly: false,
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: accountId,
    eventCategory: "Management",
  };
}
