import { join } from "node:path";
import type { Locator, Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { type Aws, createTrail } from "./world/aws";
import { ACCOUNT } from "./world/generated-events";
import { createPerson, enterCredentials } from "./world/person";
import { ADMINISTRATOR } from "./world/sign-in";
import { next } from "./world/wizard";
import { SCREENSHOTS } from "./world/world";

const ARN = (name: string) => `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/${name}`;
const CREATE = "/_cairn/console/trails/create";
const edit = (name: string, step: string) =>
  `/_cairn/console/trails/edit?step=${step}&arn=${encodeURIComponent(ARN(name))}`;

const heading = (page: Page, name: string | RegExp) =>
  expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();

/** A picture alone: what is behind a dialog is no page to axe. */
const picture = (page: Page, name: string) =>
  page.screenshot({ path: join(SCREENSHOTS, `${name}-light.png`) });

/** Chooses an option of a drop-down list. */
async function choose(page: Page, list: Locator, option: string) {
  await list.click();
  await page.getByRole("option", { name: option }).first().click();
}

// An account has five trails at most.
test.afterEach(async ({ aws }) => {
  const { trailList } = await aws.cloudtrail<{ trailList: { Name: string }[] }>("DescribeTrails");
  for (const { Name } of trailList)
    if (Name.startsWith("e2e-")) await aws.cloudtrail("DeleteTrail", { Name });
});

test("trails are listed with their status, and found", async ({ page, look }) => {
  await page.goto("/_cairn/console/trails");
  const main = page.getByRole("row").filter({ has: page.getByRole("link", { name: "main", exact: true }) });
  await expect(main).toContainText("Logging");
  await expect(main).toContainText("us-east-1");
  await look("trails");
  await page.getByLabel("Find trails").fill("no such trail");
  await expect(page.getByText("No trail matches")).toBeVisible();
  await page.getByLabel("Find trails").fill("main-trail");
  await expect(main).toBeVisible();
});

test("a trail is created with its bucket, logs at once, and its first file arrives", async ({
  page,
  aws,
  look,
}) => {
  test.slow();
  await page.goto(CREATE);
  await heading(page, "Choose trail attributes");
  await look("trail-create-attributes");
  await page.getByLabel("Trail name").fill("e2e-made");
  await page.getByLabel("Name of the new bucket").fill("e2e-made-logs");
  await page.getByRole("button", { name: "Add tag" }).click();
  await page.getByPlaceholder("team").fill("team");
  await page.getByPlaceholder("security").fill("blue");
  await next(page);

  await heading(page, "Choose log events");
  await page.getByLabel("Data events", { exact: true }).check();
  await choose(page, page.getByRole("button", { name: /^Resource type/ }), "S3 object");
  await choose(page, page.getByRole("button", { name: /Log selector template/ }), "Log writeOnly events");
  await page.getByRole("button", { name: "Leave them out" }).click();
  await expect(page.getByText("The trail would log its own deliveries")).toHaveCount(0);
  await page.getByLabel("API call rate").first().check();
  await expect(page.getByText(/^[\d,]+ of [\d,]+ events$/)).toBeVisible();
  await look("trail-create-events");
  await next(page);

  await heading(page, "Review and create");
  await expect(page.getByText("e2e-made-logs (new)")).toBeVisible();
  await look("trail-create-review");
  await page.getByRole("button", { name: "Create trail" }).click();

  await expect(page.getByText("Trail e2e-made was created, and logs.")).toBeVisible();
  await expect(page).toHaveURL(/trails\/detail/);
  await aws.s3("PUT", "/e2e-made-logs/hello", "hello");
  const files = page.getByRole("table", { name: "Newest log files" });
  await expect(files.getByRole("row").filter({ hasText: ".json.gz" }).first()).toBeVisible({
    timeout: 45_000,
  });
  await look("trail-detail");

  const { Trail } = await aws.cloudtrail<{ Trail: Record<string, unknown> }>("GetTrail", {
    Name: "e2e-made",
  });
  expect(Trail).toMatchObject({
    S3BucketName: "e2e-made-logs",
    IsMultiRegionTrail: true,
    LogFileValidationEnabled: true,
    HasCustomEventSelectors: true,
    HasInsightSelectors: true,
    RecursiveLogging: false,
  });
  const download = page.waitForEvent("download");
  await files
    .getByRole("button", { name: /^Download/ })
    .first()
    .click();
  expect((await download).suggestedFilename()).toMatch(/_CloudTrail_us-east-1_.*\.json$/);
});

test("what is not right is said before anything is made", async ({ page }) => {
  await page.goto(CREATE);
  await next(page);
  await expect(page.getByText("Enter a name.")).toBeVisible();
  await page.getByLabel("Trail name").fill("main");
  await expect(page.getByText("There is a trail main already.")).toBeVisible();
  await page.getByLabel("Trail name").fill("e2e-never");
  await next(page);

  await heading(page, "Choose log events");
  await page.getByLabel("Data events", { exact: true }).check();
  await next(page);
  await expect(page.getByText("Choose a resource type.")).toBeVisible();
  await page.getByText("JSON", { exact: true }).click();
  const json = page.getByLabel("Selectors as JSON");
  await json.fill('[{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Weather"]}]}]');
  await expect(page.getByText("CloudTrail would refuse these selectors")).toBeVisible();
  await next(page);
  await expect(json).toBeVisible();
  await json.fill('[{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]');
  await page.getByText("Form", { exact: true }).click();
  await expect(page.getByLabel("Management events", { exact: true })).toBeChecked();
});

test("what was entered survives a reload and a look elsewhere, until it is let go", async ({ page }) => {
  await page.goto(CREATE);
  await page.getByLabel("Trail name").fill("e2e-kept");
  await next(page);
  await page.getByLabel("Read", { exact: true }).uncheck();
  await page.reload();
  const restored = page.getByText("What you had entered is here again");
  await expect(restored).toBeVisible();
  await heading(page, "Choose log events");
  await expect(page.getByLabel("Read", { exact: true })).not.toBeChecked();
  await page.getByRole("link", { name: "Event history" }).click();
  await heading(page, /Event history/);
  await page.goBack();
  await page.getByRole("button", { name: "Previous" }).click();
  await expect(page.getByLabel("Trail name")).toHaveValue("e2e-kept");
  await page.goto(CREATE);
  await expect(page.getByLabel("Trail name")).toHaveValue("e2e-kept");
  await page.getByRole("button", { name: "Begin anew" }).click();
  await expect(page.getByLabel("Trail name")).toHaveValue("");
  await expect(restored).toBeHidden();
  await page.reload();
  await expect(page.getByLabel("Trail name")).toHaveValue("");
});

test("a change of a trail survives a reload and a new sign-in, and is told", async ({ page, look }) => {
  await page.goto(edit("main", "attributes"));
  await page.getByLabel("Prefix").fill("kept");
  await page.reload();
  await expect(page.getByText("The trail was not changed by it yet.")).toBeVisible();
  await expect(page.getByLabel("Prefix")).toHaveValue("kept");
  await look("trail-edit-restored");
  await page.context().clearCookies();
  await page.reload();
  await page.waitForURL(/\/sign-in\?to=/);
  await enterCredentials(page, ADMINISTRATOR.user, ADMINISTRATOR.password);
  await expect(page.getByText("The trail was not changed by it yet.")).toBeVisible();
  await page.getByRole("button", { name: "Discard it" }).click();
  await expect(page.getByLabel("Prefix")).toHaveValue("");
  await page.reload();
  await expect(page.getByLabel("Prefix")).toHaveValue("");
});

test("the preview shows what would be logged, and what not", async ({ page, aws, look }) => {
  await aws.cloudtrail("DescribeTrails");
  await page.goto(`${CREATE}?step=events`);
  await expect(page.getByText(/^[\d,]+ of [\d,]+ events$/)).toBeVisible();
  await page.getByLabel("Read", { exact: true }).uncheck();
  await page.getByText("Not logged", { exact: true }).click();
  await expect(page.getByRole("list", { name: "Recent events" })).toContainText("DescribeTrails");
  await page.getByText("Switch to basic event selectors").click();
  await expect(page.getByRole("heading", { name: "Selector 1" })).toBeVisible();
  await look("trail-create-basic");
  await page.getByText("Switch to advanced event selectors").click();
  await expect(page.getByLabel("Write", { exact: true })).toBeChecked();
  await expect(page.getByLabel("Read", { exact: true })).not.toBeChecked();
});

test("a trail is moved to a bucket that has to let CloudTrail in first", async ({ page, aws }) => {
  await createTrail(aws, "e2e-moved", "e2e-moved-logs", ACCOUNT);
  await aws.s3("PUT", "/e2e-elsewhere");
  await page.goto(edit("e2e-moved", "attributes"));
  await page.getByRole("combobox", { name: "Bucket" }).fill("e2e-elsewhere");
  await expect(page.getByText("The bucket has no policy yet")).toBeVisible();
  await page.getByLabel("Log file validation").uncheck();
  await page.getByRole("button", { name: "Review and save", exact: true }).click();
  await heading(page, "Review and save");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(
    page.getByText("Incorrect S3 bucket policy is detected for bucket: e2e-elsewhere"),
  ).toBeVisible();
  await picture(page, "trail-edit-refused");
  await page.getByRole("button", { name: "Back to the settings" }).click();
  await page.getByRole("button", { name: "Edit trail attributes" }).click();
  await page.getByRole("button", { name: "Let CloudTrail in" }).click();
  await expect(page.getByText("The bucket's policy lets CloudTrail write log files.")).toBeVisible();
  await page.getByRole("button", { name: "Review and save", exact: true }).click();
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Trail e2e-moved was changed.")).toBeVisible();
  const { Trail } = await aws.cloudtrail<{ Trail: Record<string, unknown> }>("GetTrail", {
    Name: "e2e-moved",
  });
  expect(Trail).toMatchObject({ S3BucketName: "e2e-elsewhere", LogFileValidationEnabled: false });
});

test("what a trail logs is changed, condition by condition", async ({ page, aws, look }) => {
  test.slow();
  await createTrail(aws, "e2e-picky", "e2e-picky-logs", ACCOUNT);
  const selector = (...names: string[]) => ({
    Name: "orders",
    FieldSelectors: [
      { Field: "eventCategory", Equals: ["Data"] },
      { Field: "resources.type", Equals: ["AWS::S3::Object"] },
      { Field: "resources.ARN", StartsWith: ["arn:aws:s3:::shop/orders/"] },
      { Field: "eventName", NotEquals: names },
    ],
  });
  await aws.cloudtrail("PutEventSelectors", {
    TrailName: "e2e-picky",
    AdvancedEventSelectors: [selector("HeadObject")],
  });
  await page.goto(edit("e2e-picky", "events"));
  await expect(page.getByLabel("Values, one in each line").nth(0)).toHaveValue("arn:aws:s3:::shop/orders/");
  await look("trail-edit-events");
  await page.getByLabel("Values, one in each line").nth(1).fill("HeadObject\nGetObject");
  await next(page);
  await expect(page.getByText("eventName does not equal HeadObject and GetObject")).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: "Choose the events" })).toBeVisible();
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Trail e2e-picky was changed.")).toBeVisible();
  const answer = await aws.cloudtrail<{ AdvancedEventSelectors: object[] }>("GetEventSelectors", {
    TrailName: "e2e-picky",
  });
  expect(answer.AdvancedEventSelectors).toEqual([selector("HeadObject", "GetObject")]);
});

test("delivery health tells how trails fare, and what ails one", async ({ page, aws, look }) => {
  test.slow();
  await createTrail(aws, "e2e-ailing", "e2e-ailing-logs", ACCOUNT);
  await aws.s3("DELETE", "/e2e-ailing-logs?policy=");
  await aws.s3("PUT", "/e2e-something");
  await page.goto("/_cairn/console/delivery");
  const trails = page.getByRole("table", { name: "Delivery by trail" });
  const ailing = trails.getByRole("row").filter({ hasText: "e2e-ailing" });
  await expect(ailing).toContainText("AccessDenied", { timeout: 45_000 });
  await expect(
    trails.getByRole("row").filter({ has: page.getByRole("link", { name: "main", exact: true }) }),
  ).toBeVisible();
  await expect(page.getByText(/needs? you/)).toBeVisible();
  await expect(page.getByText(/e2e-ailing – Log files: AccessDenied\. .*Put the policy back/)).toBeVisible();
  await look("delivery");
  await ailing.getByText(/AccessDenied/).click();
  await expect(page.getByRole("dialog").getByText(/Put the policy back/)).toBeVisible();
  await page.keyboard.press("Escape");
  await page.getByText("Files", { exact: true }).first().click();
  await expect(page).toHaveURL(/figure=Files/);
});

const isLogging = async (aws: Aws, name: string): Promise<boolean> =>
  (await aws.cloudtrail<{ IsLogging: boolean }>("GetTrailStatus", { Name: name })).IsLogging;

test("who may only look is told what is missing, part by part", async ({ browser, aws, baseURL }) => {
  const password = "Reads-trails-and-no-more-8";
  await createPerson(aws, "trails-reader", {
    password,
    actions: ["cloudtrail:DescribeTrails", "cloudtrail:GetTrail"],
  });
  const context = await browser.newContext({
    baseURL: baseURL ?? "",
    storageState: { cookies: [], origins: [] },
  });
  const page = await context.newPage();
  await page.goto(`/_cairn/console/sign-in?to=${encodeURIComponent("/trails")}`);
  await enterCredentials(page, "trails-reader", password);
  const main = page.getByRole("row").filter({ has: page.getByRole("link", { name: "main", exact: true }) });
  await expect(main).toContainText("Not known");
  await main.getByRole("link", { name: "main" }).click();
  await expect(page.getByText("You may not read the selectors")).toBeVisible();
  await expect(page.getByText(/cloudtrail:GetEventSelectors/).first()).toBeVisible();
  await expect(page.getByText("You may not list the log files")).toBeVisible();
  await expect(page.getByText("Not known").first()).toBeVisible();
  await expect(page.getByText("main-trail/AWSLogs").first()).toBeVisible();
  await page.getByRole("button", { name: "Stop logging" }).click();
  const dialog = page.getByRole("dialog", { name: "Stop logging" });
  await dialog.getByRole("textbox").fill("main");
  await dialog.getByRole("button", { name: "Stop logging" }).click();
  await expect(dialog.getByText("You may not stop logging")).toBeVisible();
  await picture(page, "trail-denied");
  expect(await isLogging(aws, "main")).toBe(true);
  await context.close();
});

test("a trail that could not be started goes on from there once that is allowed", async ({
  browser,
  aws,
  baseURL,
}) => {
  const password = "Makes-trails-but-starts-none-9";
  const actions = [
    "s3:*",
    "cloudtrail:Describe*",
    "cloudtrail:Get*",
    "cloudtrail:List*",
    "cloudtrail:LookupEvents",
  ];
  const some = [...actions, "cloudtrail:CreateTrail", "cloudtrail:PutEventSelectors"];
  await createPerson(aws, "trails-maker", { password, actions: some });
  const context = await browser.newContext({
    baseURL: baseURL ?? "",
    storageState: { cookies: [], origins: [] },
  });
  const page = await context.newPage();
  await page.goto(`/_cairn/console/sign-in?to=${encodeURIComponent("/trails/create")}`);
  await enterCredentials(page, "trails-maker", password);
  await page.getByLabel("Trail name").fill("e2e-halfway");
  await page.getByLabel("Name of the new bucket").fill("e2e-halfway-logs");
  await next(page);
  await heading(page, "Choose log events");
  await next(page);
  await page.getByRole("button", { name: "Create trail" }).click();
  const dialog = page.getByRole("dialog", { name: "It could not be finished" });
  await expect(dialog.getByText("The trail is there, but does not log as you wanted yet.")).toBeVisible();
  await expect(dialog.getByText("You may not start logging")).toBeVisible();
  await picture(page, "trail-halfway");
  expect(await isLogging(aws, "e2e-halfway")).toBe(false);

  const Statement = [{ Effect: "Allow", Action: "cloudtrail:StartLogging", Resource: "*" }];
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await aws.query("iam", "PutUserPolicy", { UserName: "trails-maker", PolicyName: "start", PolicyDocument });
  await dialog.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("Trail e2e-halfway was created, and logs.")).toBeVisible();
  expect(await isLogging(aws, "e2e-halfway")).toBe(true);
  await context.close();
});

test("where there are no trails, the page tells how to make one", async ({ page, look }) => {
  // A trail of all Regions is seen in all of them: so the answer is emptied on its way.
  await page.route("**/call/cloudtrail/**", async (route) => {
    const isList = route.request().headers()["x-amz-target"]?.endsWith(".DescribeTrails");
    if (isList) await route.fulfill({ json: { trailList: [] } });
    else await route.continue();
  });
  await page.goto("/_cairn/console/trails");
  await expect(page.getByText("No trails yet")).toBeVisible();
  await expect(page.getByText("cairn trail create main --bucket audit-logs --create-bucket")).toBeVisible();
  await look("trails-empty");
});

test("where there are none in a Region, the page leads to where there are", async ({ page }) => {
  await page.route("**/call/cloudtrail/**", async (route) => {
    const isList = route.request().headers()["x-amz-target"]?.endsWith(".DescribeTrails");
    if (isList) await route.fulfill({ json: { trailList: [] } });
    else await route.continue();
  });
  await page.goto("/_cairn/console/trails?region=eu-central-1");
  await expect(page.getByText("No trails in this Region")).toBeVisible();
  await page.unroute("**/call/cloudtrail/**");
  await page.getByRole("link", { name: "US East (N. Virginia)" }).click();
  await expect(page).toHaveURL(/region=us-east-1/);
  await expect(page.getByRole("link", { name: "main", exact: true })).toBeVisible();
});
