import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { Aws, createTrail } from "./world/aws";
import { ACCOUNT, REGION } from "./world/generated-events";
import { waitFor } from "./world/server";
import { signIn } from "./world/sign-in";
import { readWorld } from "./world/world";

const TRAIL = `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/watcher`;
const BOTH = [{ InsightType: "ApiCallRateInsight" }, { InsightType: "ApiErrorRateInsight" }];

/** Three hours ago somebody who never did it before removed alarms, and was denied more often than not. */
const AT = Math.floor(Date.now() / 60_000) * 60_000 - 3 * 3600e3;
const CALLS = 90;
const DENIED = 60;

/** Nobody is signed in. */
const NOBODY = { cookies: [], origins: [] };

test.describe.configure({ mode: "serial" });

test.beforeAll(async () => {
  const world = readWorld();
  const aws = new Aws(world.endpoint, world);
  await createTrail(aws, "watcher", "watcher-bucket", ACCOUNT);
  await aws.cloudtrail("PutInsightSelectors", { TrailName: "watcher", InsightSelectors: BOTH });
  const events = Array.from({ length: CALLS }, (_, number) => deleteAlarms(number));
  for (const event of events) await aws.page("/_cairn/import?format=cloudtrail", event);
  await waitFor(async () => (await told(aws)) >= 4, "two insights have begun and ended");
});

/** An account has five trails in a Region. */
test.afterAll(async () => {
  const world = readWorld();
  await new Aws(world.endpoint, world).cloudtrail("DeleteTrail", { Name: "watcher" });
});

test("insights are listed, start and end together, and filtered", async ({ page, look }) => {
  await page.goto("/_cairn/console/insights");
  const rows = page.getByRole("row").filter({ hasText: "DeleteAlarms" });
  await expect(rows).toHaveCount(2);
  await expect(rows.filter({ hasText: "of AccessDenied" })).toContainText(/60 a minute\s*usually none/);
  await expect(rows.filter({ hasText: "of calls" })).toContainText("user/mallory");
  await expect(rows.first()).toContainText("1 minute");
  await look("insights");
  await page.goto(
    `/_cairn/console/insights?filter=${encodeURIComponent('[["errorCode","=","AccessDenied"]]')}`,
  );
  await expect(rows).toHaveCount(1);
  await page
    .getByRole("radio", { name: "1 day" })
    .or(page.getByRole("button", { name: "1 day" }))
    .click();
  await expect(page).toHaveURL(/days=1/);
  await expect(rows).toHaveCount(1);
});

test("an insight is explained, and leads to its calls", async ({ page, look }) => {
  await openInsight(page, "of calls");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/A surge of DeleteAlarms \(monitoring\)/);
  await expect(page.getByText(`there were ${CALLS} calls in one minute`)).toBeVisible();
  await expect(page.getByText("there was not a single one")).toBeVisible();
  const graph = page.getByRole("slider");
  await graph.focus();
  await expect(graph).toHaveAttribute("aria-valuetext", new RegExp(`${CALLS} calls a minute, unusual`));
  await page.keyboard.press("ArrowLeft");
  await expect(graph).toHaveAttribute("aria-valuetext", /0 calls a minute/);
  const caller = page.getByRole("row").filter({ hasText: "user/mallory" });
  await expect(caller).toContainText("100%");
  await expect(caller).toContainText("New caller");
  await look("insight");
  const kept = { name: "All that is kept" };
  await page.getByRole("radio", kept).or(page.getByRole("button", kept)).click();
  await expect(page.getByText(/Calls a minute, .* hours? a column/)).toBeVisible();
  await page.getByRole("link", { name: "See the calls" }).click();
  await expect(page).toHaveURL(/\/events\?.*EventName=DeleteAlarms/);
  await expect(page.getByRole("row").filter({ hasText: "DeleteAlarms" }).first()).toBeVisible();
});

test("an insight is muted in the trail's tags, and told again", async ({ page, aws, look }) => {
  await openInsight(page, "of calls");
  await page.getByRole("button", { name: "Mute" }).click();
  const dialog = page.getByRole("dialog", { name: "Mute insights" });
  await expect(dialog).toContainText("Not told: insights about DeleteAlarms of monitoring.amazonaws.com.");
  await dialog.getByLabel(/Times at which it begins/).fill("nightly");
  await page.keyboard.press("Enter");
  await expect(dialog).toContainText("Give days (Sat-Sun)");
  // Without the time the rule would mute more than was meant.
  await dialog.getByRole("button", { name: "Mute" }).click();
  await expect(dialog).toContainText("Give days (Sat-Sun)");
  await dialog.getByLabel(/Times at which it begins/).fill("Sat-Sun");
  await page.keyboard.press("Enter");
  await dialog.getByRole("button", { name: "Mute" }).click();
  await expect(page.getByText(/watcher is no longer told of insights about DeleteAlarms/)).toBeVisible();
  expect(await tags(aws)).toEqual([
    { Key: "cairn:insights-mute:DeleteAlarms", Value: "source=monitoring name=DeleteAlarms window=Sat-Sun" },
  ]);
  await page.goto("/_cairn/console/insights?tab=rules");
  await expect(page.getByRole("row").filter({ hasText: "on Sat-Sun (UTC)" })).toBeVisible();
  await look("insights-rules");
  await page.getByRole("button", { name: "Remove DeleteAlarms of watcher" }).click();
  await expect(page.getByText("Nothing is muted")).toBeVisible();
  expect(await tags(aws)).toEqual([]);
});

test("a trail's sensitivity is its tag", async ({ page, aws }) => {
  await page.goto("/_cairn/console/insights?tab=rules");
  const choose = async (level: string) => {
    await page.getByRole("button", { name: /Sensitivity of watcher/ }).click();
    await page.getByRole("option", { name: new RegExp(`^${level}`) }).click();
    await expect(page.getByText(`at ${level.toLowerCase()} sensitivity`).first()).toBeVisible();
  };
  await choose("High");
  expect(await tags(aws)).toEqual([{ Key: "cairn:insights-sensitivity", Value: "high" }]);
  await choose("Medium");
  expect(await tags(aws)).toEqual([]);
});

test("a look back finds what was told", async ({ page, look }) => {
  await page.goto("/_cairn/console/insights?tab=look-back");
  await page.getByRole("button", { name: "Look back" }).click();
  await expect(page.getByText(/Looked at \d+ metrics in/)).toBeVisible({ timeout: 60_000 });
  const rows = page.getByRole("row").filter({ hasText: "DeleteAlarms" });
  await expect(rows).toHaveCount(2);
  await expect(rows.getByRole("link")).toHaveCount(2);
  await look("insights-look-back");
});

test("a look back that is refused does not say that nothing was unusual", async ({ page }) => {
  const body = JSON.stringify({ __type: "ThrottlingException", message: "Rate exceeded" });
  await page.route("**/_cairn/insights/backtest", (route) =>
    route.fulfill({ status: 400, contentType: "application/x-amz-json-1.1", body }),
  );
  await page.goto("/_cairn/console/insights?tab=look-back");
  await page.getByRole("button", { name: "Look back" }).click();
  await expect(page.getByText("One look back of an account runs at a time")).toBeVisible();
  await expect(page.getByText("Nothing unusual")).toHaveCount(0);
});

test("who may not read tags or insights of a trail is told what to ask for", async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL: baseURL ?? "", storageState: NOBODY });
  try {
    const page = await context.newPage();
    await signIn(page, { account: ACCOUNT, user: "alice", password: "Correct-horse-battery-1" });
    await page.goto("/_cairn/console/insights?tab=rules");
    await expect(page.getByText("You may not read the tags of trail watcher")).toBeVisible();
    await expect(page.getByText("cloudtrail:ListTags").first()).toBeVisible();
    await page.goto("/_cairn/console/insights");
    await expect(page.getByRole("row").filter({ hasText: "DeleteAlarms" })).toHaveCount(2);
    await expect(page.getByText("Insights of data events are missing: watcher")).toBeVisible();
  } finally {
    await context.close();
  }
});

async function openInsight(page: Page, what: string) {
  await page.goto("/_cairn/console/insights");
  await page
    .getByRole("row")
    .filter({ hasText: "DeleteAlarms" })
    .filter({ hasText: what })
    .getByRole("link")
    .click();
}

/** How many Insights events the history has of it. */
async function told(aws: Aws): Promise<number> {
  const attribute = { AttributeKey: "EventName", AttributeValue: "DeleteAlarms" };
  const asked = { EventCategory: "insight", LookupAttributes: [attribute] };
  return (await aws.cloudtrail<{ Events: object[] }>("LookupEvents", asked)).Events.length;
}

async function tags(aws: Aws): Promise<object[]> {
  const answer = await aws.cloudtrail<{ ResourceTagList: { TagsList: object[] }[] }>("ListTags", {
    ResourceIdList: [TRAIL],
  });
  return answer.ResourceTagList.flatMap(({ TagsList }) => TagsList);
}

function deleteAlarms(number: number) {
  const denied = { errorCode: "AccessDenied", errorMessage: "mallory is not authorized" };
  const id = (of: string) => `${of}0000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
  return {
    eventVersion: "1.11",
    userIdentity: {
      type: "IAMUser",
      principalId: "AIDAEXAMPLEMALLORY",
      arn: `arn:aws:iam::${ACCOUNT}:user/mallory`,
      accountId: ACCOUNT,
      accessKeyId: "AKIAEXAMPLEMALLORY",
      userName: "mallory",
    },
    eventTime: new Date(AT + Math.floor((number * 60) / CALLS) * 1000).toISOString().replace(".000Z", "Z"),
    eventSource: "monitoring.amazonaws.com",
    eventName: "DeleteAlarms",
    awsRegion: REGION,
    sourceIPAddress: "203.0.113.66",
    userAgent: "aws-cli/2.31.30",
    ...(number < DENIED ? denied : {}),
    requestParameters: { alarmNames: [`alarm-${number}`] },
    responseElements: null,
    requestID: id("d"),
    eventID: id("e"),
    readOnly: false,
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: ACCOUNT,
    eventCategory: "Management",
  };
}
