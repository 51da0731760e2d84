import type { Browser, Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { type Aws, createTrail } from "./world/aws";
import { ACCOUNT } from "./world/generated-events";
import { createPerson, enterCredentials } from "./world/person";
import { next } from "./world/wizard";

const READS = [
  "s3:*",
  "cloudtrail:Describe*",
  "cloudtrail:Get*",
  "cloudtrail:List*",
  "cloudtrail:LookupEvents",
];

// An account has five trails at most.
test.afterEach(async ({ aws }) => {
  const { trailList } = await aws.cloudtrail<{ trailList: { Name: string }[] }>("DescribeTrails");
  for (const { Name } of trailList)
    if (Name.startsWith("e2e-half-")) await aws.cloudtrail("DeleteTrail", { Name });
});

/** A page that somebody with few permissions looks at. */
async function pageOf(
  browser: Browser,
  baseURL: string | undefined,
  name: string,
  to: string,
): Promise<Page> {
  const context = await browser.newContext({
    baseURL: baseURL ?? "",
    storageState: { cookies: [], origins: [] },
  });
  const page = await context.newPage();
  await page.goto(`/_cairn/console/sign-in?to=${encodeURIComponent(to)}`);
  await enterCredentials(page, name, PASSWORD);
  return page;
}

const PASSWORD = "Makes-trails-but-not-all-of-it-9";

const allow = (aws: Aws, user: string, ...actions: string[]) =>
  aws.query("iam", "PutUserPolicy", {
    UserName: user,
    PolicyName: "more",
    PolicyDocument: JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: actions, Resource: "*" }],
    }),
  });

test("a trail that was refused its events is finished where it is changed, and then logs", async ({
  browser,
  aws,
  baseURL,
}) => {
  await createPerson(aws, "halfway-maker", {
    password: PASSWORD,
    actions: [...READS, "cloudtrail:CreateTrail", "cloudtrail:StartLogging"],
  });
  const page = await pageOf(browser, baseURL, "halfway-maker", "/trails/create");
  await page.getByLabel("Trail name").fill("e2e-half-made");
  await page.getByLabel("Name of the new bucket").fill("e2e-half-made-logs");
  await next(page);
  await page.getByLabel("Read", { exact: true }).uncheck();
  await page.getByLabel("API call rate").first().check();
  await next(page);
  await page.getByRole("button", { name: "Create trail" }).click();
  await page.getByRole("button", { name: "Change the trail" }).click();
  await expect(page).toHaveURL(/trails\/edit/);
  await expect(page.getByLabel("Read", { exact: true })).not.toBeChecked();
  await expect(page.getByLabel("API call rate").first()).toBeChecked();

  await allow(aws, "halfway-maker", "cloudtrail:PutEventSelectors", "cloudtrail:PutInsightSelectors");
  await next(page);
  await expect(page.getByRole("listitem").filter({ hasText: "Start logging" })).toBeVisible();
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Trail e2e-half-made is as you wanted it, and logs.")).toBeVisible();
  const Name = "e2e-half-made";
  const { IsLogging } = await aws.cloudtrail<{ IsLogging: boolean }>("GetTrailStatus", { Name });
  expect(IsLogging).toBe(true);
  const { Trail } = await aws.cloudtrail<{ Trail: object }>("GetTrail", { Name });
  expect(Trail).toMatchObject({ HasCustomEventSelectors: true, HasInsightSelectors: true });
  await page.context().close();
});

test("what was changed before a refusal is changed back when it is taken back", async ({
  browser,
  aws,
  baseURL,
}) => {
  await createTrail(aws, "e2e-half-moved", "e2e-half-moved-logs", ACCOUNT);
  await createPerson(aws, "halfway-mover", {
    password: PASSWORD,
    actions: [...READS, "cloudtrail:UpdateTrail"],
  });
  const arn = `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/e2e-half-moved`;
  const to = `/trails/edit?step=attributes&arn=${encodeURIComponent(arn)}`;
  const page = await pageOf(browser, baseURL, "halfway-mover", to);
  const validation = page.getByLabel("Log file validation");
  await validation.uncheck();
  await next(page);
  const activity = (name: string) =>
    page.getByRole("toolbar", { name: "API activity" }).getByText(name, { exact: true });
  await activity("Write").click();
  await next(page);
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("You may not choose the events")).toBeVisible();
  const isSigned = async () =>
    (
      await aws.cloudtrail<{ Trail: { LogFileValidationEnabled: boolean } }>("GetTrail", {
        Name: "e2e-half-moved",
      })
    ).Trail.LogFileValidationEnabled;
  expect(await isSigned()).toBe(false);

  await page.getByRole("button", { name: "Back to the settings" }).click();
  await page.getByRole("button", { name: "Edit events" }).click();
  await expect(page.getByRole("button", { name: "Write", pressed: true })).toBeVisible();
  await activity("Read and write").click();
  await page.getByRole("button", { name: "Previous" }).click();
  await validation.check();
  await page.getByRole("button", { name: "Review and save", exact: true }).click();
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Trail e2e-half-moved was changed.")).toBeVisible();
  expect(await isSigned()).toBe(true);
  await page.context().close();
});
