import type { Page } from "@playwright/test";
import { expect } from "./fixtures";
import {
  ACCOUNTS,
  type Administrators,
  DELEGATE,
  MANAGEMENT,
  MEMBER,
  organize,
  PASSWORD,
} from "./world/organization";
import { serving, testOn } from "./world/own-server";
import { accountMenu, enterCredentials } from "./world/person";
import type { Server } from "./world/server";
import { next } from "./world/wizard";

/** An organization, whose trail the first of these tests makes and the others look at. */
const test = testOn<{ server: Server; administrators: Administrators }>((use) =>
  serving(ACCOUNTS, undefined, async (server) => use({ server, administrators: await organize(server) })),
);

test.describe.configure({ mode: "serial" });

const ARN = (name: string) => `arn:aws:cloudtrail:us-east-1:${MANAGEMENT}:trail/${name}`;
const detail = (name: string) => `/trails/detail?arn=${encodeURIComponent(ARN(name))}`;
const COVERS = "Log events of all accounts in my organization";

/** Signs `ann` of an account in, on the way to a page. */
async function enter(page: Page, account: string, to: string) {
  await page.goto(`/_cairn/console/sign-in?to=${encodeURIComponent(to)}`);
  await enterCredentials(page, "ann", PASSWORD, account);
  await expect(accountMenu(page)).toContainText(`ann @ ${account}`);
}

test("the management account makes a trail of all accounts, whose files arrive in a folder for each", async ({
  page,
  world: { administrators },
  look,
}) => {
  test.slow();
  await enter(page, MANAGEMENT, "/trails/create");
  await page.getByLabel("Trail name").fill("everybody");
  await page.getByLabel(COVERS).check();
  await page.getByLabel("Name of the new bucket").fill("everybody-logs");
  await expect(page.getByText(/Log files go to everybody-logs\/AWSLogs\/o-\w+\//)).toBeVisible();
  await look("organization-trail-create");
  await next(page);
  await next(page);
  await page.getByRole("button", { name: "Create trail" }).click();
  await expect(page.getByText("Trail everybody was created, and logs.")).toBeVisible();
  await expect(page.getByText(`Yes, of account ${MANAGEMENT}`)).toBeVisible();

  for (const aws of [administrators.member, administrators.delegate])
    await aws.query("iam", "CreateUser", { UserName: "made-meanwhile" });
  const { trailList } = await administrators.member.cloudtrail<{ trailList: { TrailARN: string }[] }>(
    "DescribeTrails",
  );
  expect(trailList.map(({ TrailARN }) => TrailARN)).toEqual([ARN("everybody")]);
  const folders = async () => {
    const keys = await administrators.management.s3("GET", "/everybody-logs?list-type=2");
    return [MANAGEMENT, MEMBER, DELEGATE].filter((account) =>
      new RegExp(`<Key>AWSLogs/o-\\w+/${account}/CloudTrail/.*json.gz</Key>`).test(keys),
    );
  };
  await expect.poll(folders, { timeout: 45_000 }).toEqual([MANAGEMENT, MEMBER, DELEGATE]);
});

test("a member sees the trail with its settings, and is told who changes it", async ({ page, look }) => {
  await enter(page, MEMBER, "/trails");
  const row = page.getByRole("row").filter({ has: page.getByRole("link", { name: "everybody" }) });
  await expect(row).toContainText("Logging");
  await row.getByRole("link", { name: "everybody" }).click();
  await expect(page.getByText("This trail belongs to your organization")).toBeVisible();
  await expect(page.getByText(`Account ${MANAGEMENT} manages it`)).toBeVisible();
  await expect(
    page.getByText(/everybody-logs\/AWSLogs\/o-\w+\/222222222222\/CloudTrail/).first(),
  ).toBeVisible();
  await expect(page.getByRole("heading", { name: "General details" })).toBeVisible();
  const part = page.locator("#page");
  for (const name of ["Stop logging", "Delete"])
    await expect(part.getByRole("button", { name, exact: true })).toHaveCount(0);
  await expect(part.getByRole("link", { name: /^Edit/ })).toHaveCount(0);
  await look("organization-trail-member");
  await page.goto("/_cairn/console/trails/create");
  await expect(page.getByLabel(COVERS)).toBeDisabled();
  await expect(page.getByText(/Only the organization's management account and its delegated/)).toBeVisible();
  // The address alone gives no right either.
  await page.goto(`/_cairn/console/trails/edit?step=attributes&arn=${encodeURIComponent(ARN("everybody"))}`);
  await expect(page.getByText(new RegExp(`${MANAGEMENT}`)).first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Review and save" })).toHaveCount(0);
});

test("a delegated administrator changes the trail, makes another, and both are the management account's", async ({
  page,
  world: { administrators },
  look,
}) => {
  test.slow();
  await enter(page, DELEGATE, detail("everybody"));
  await page.getByRole("link", { name: "Edit general details" }).click();
  await page.getByLabel("Log file validation").uncheck();
  await page.getByRole("button", { name: "Review and save", exact: true }).click();
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Trail everybody was changed.")).toBeVisible();
  const { Trail } = await administrators.management.cloudtrail<{ Trail: object }>("GetTrail", {
    Name: "everybody",
  });
  expect(Trail).toMatchObject({ LogFileValidationEnabled: false, IsOrganizationTrail: true });
  await look("organization-trail-delegate");

  await page.goto("/_cairn/console/trails/create");
  await page.getByLabel("Trail name").fill("second");
  await page.getByLabel(COVERS).check();
  await expect(page.getByText(`It belongs to ${MANAGEMENT}`)).toBeVisible();
  await page.getByLabel("Name of the new bucket").fill("second-logs");
  await next(page);
  await next(page);
  await page.getByRole("button", { name: "Create trail" }).click();
  await expect(page.getByText("Trail second was created, and logs.")).toBeVisible();
  const status = { Name: ARN("second") };
  expect(await administrators.management.cloudtrail("GetTrailStatus", status)).toMatchObject({
    IsLogging: true,
  });
});

test("a member that the organization lets go no longer sees its trails", async ({
  page,
  world: { administrators },
}) => {
  await enter(page, MEMBER, "/trails");
  await expect(page.getByRole("link", { name: "everybody" })).toBeVisible();
  await administrators.member.json("organizations", "AWSOrganizationsV20161128.LeaveOrganization");
  await page.reload();
  await expect(page.getByText("No trails yet")).toBeVisible();
  await page.goto(`/_cairn/console${detail("everybody")}`);
  await expect(page.getByText(/not read the trail/)).toBeVisible();
  await expect(page.getByText("General details")).toHaveCount(0);
});
