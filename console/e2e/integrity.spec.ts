import { readFileSync } from "node:fs";
import { expect, test } from "./fixtures";
import { Aws, createTrail } from "./world/aws";
import { ACCOUNT, REGION } from "./world/generated-events";
import { waitFor } from "./world/server";
import { signIn } from "./world/sign-in";
import { readWorld } from "./world/world";

const BUCKET = "proven-bucket";
const TRAIL = `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/proven`;
const PAGE = `/_cairn/console/integrity?trail=${encodeURIComponent(TRAIL)}`;

/** Nobody is signed in. */
const NOBODY = { cookies: [], origins: [] };

test.describe.configure({ mode: "serial" });

/** A trail that has delivered, and whose last digest is there because it stopped. */
test.beforeAll(async () => {
  const world = readWorld();
  const aws = new Aws(world.endpoint, world);
  await createTrail(aws, "proven", BUCKET, ACCOUNT);
  await aws.query("iam", "CreateUser", { UserName: "proven-1" });
  await waitFor(async () => (await keys(aws, `CloudTrail/${REGION}/`)).length > 0, "a log file is delivered");
  await aws.cloudtrail("StopLogging", { Name: "proven" });
  await waitFor(
    async () => (await keys(aws, `CloudTrail-Digest/${REGION}/`)).length > 0,
    "the last digest is delivered",
  );
});

/** An account has five trails in a Region. */
test.afterAll(async () => {
  const world = readWorld();
  await new Aws(world.endpoint, world).cloudtrail("DeleteTrail", { Name: "proven" });
});

test("a trail that nobody touched is as it was delivered, and its report is a file", async ({
  page,
  look,
}) => {
  await page.goto(PAGE);
  await page.getByRole("button", { name: "Validate" }).click();
  await expect(page.getByText("Everything is as it was delivered")).toBeVisible();
  await expect(page.getByText(/The digests are of \S+ \S+ to \S+ \S+ UTC/)).toBeVisible();
  await expect(page.getByRole("row").filter({ hasText: "Digest" }).first()).toContainText("Valid");
  await expect(page.getByRole("row").filter({ hasText: "Log file" }).first()).toContainText("Valid");
  await look("integrity");
  const report = async (name: string) => {
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name }).click();
    return readFileSync(await (await download).path(), "utf8");
  };
  expect(await report("Report")).toContain("log files valid");
  const json = JSON.parse(await report("JSON")) as { valid: boolean; trailArn: string };
  expect([json.valid, json.trailArn]).toEqual([true, TRAIL]);
});

test("the same check is told for a terminal", async ({ page }) => {
  await page.goto(`${PAGE}&range=7d`);
  await page.getByRole("button", { name: "Check it yourself" }).click();
  await expect(
    page.getByText(`aws cloudtrail validate-logs --trail-arn ${TRAIL} --start-time 20`).first(),
  ).toBeVisible();
});

test("a file that was changed is found and explained", async ({ page, aws, look }) => {
  const [file = ""] = await keys(aws, `CloudTrail/${REGION}/`);
  await aws.s3("PUT", `/${BUCKET}/${file}`, "forged");
  await page.goto(PAGE);
  await page.getByRole("button", { name: "Validate" }).click();
  await expect(page.getByText("Something was changed, removed or forged")).toBeVisible();
  const row = page.getByRole("row").filter({ hasText: file.split("/").at(-1) ?? "" });
  await expect(row).toContainText("Invalid");
  await look("integrity-invalid");
  await row.getByRole("button", { name: "invalid format" }).click();
  await expect(page.getByText("It is no digest or no gzip any more.")).toBeVisible();
  await page.keyboard.press("Escape");
  await page
    .getByRole("radio", { name: /^Valid/ })
    .or(page.getByRole("button", { name: /^Valid \(/ }))
    .click();
  await expect(page).toHaveURL(/show=valid/);
  await expect(row).toHaveCount(0);
});

test("a validation that runs can be stopped", async ({ page }) => {
  await page.route("**/_cairn/validation", () => new Promise(() => {}));
  await page.goto(PAGE);
  await page.getByRole("button", { name: "Validate" }).click();
  await expect(page.getByText("Validating, from the newest digest to the oldest").first()).toBeVisible();
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByText(/Stopped before the end/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Validate" })).toBeEnabled();
});

test("who may not read the bucket is told so", async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL: baseURL ?? "", storageState: NOBODY });
  try {
    const page = await context.newPage();
    await signIn(page, { account: ACCOUNT, user: "alice", password: "Correct-horse-battery-1" });
    await page.goto(PAGE);
    await page.getByRole("button", { name: "Validate" }).click();
    await expect(
      page.getByText(/You may not validate the trail|Not everything could be checked/),
    ).toBeVisible();
  } finally {
    await context.close();
  }
});

/** The keys of a part of the account's folder. */
async function keys(aws: Aws, part: string): Promise<string[]> {
  const prefix = encodeURIComponent(`AWSLogs/${ACCOUNT}/${part}`);
  const listed = await aws.s3("GET", `/${BUCKET}?list-type=2&prefix=${prefix}`);
  return [...listed.matchAll(/<Key>([^<]+)<\/Key>/g)].flatMap(([, key]) => key ?? []);
}

test("a trail that is not there is not taken for another", async ({ page }) => {
  await page.goto(PAGE.replace(/proven$/, "gone"));
  await expect(page.getByText("There is no trail gone here")).toBeVisible();
  await expect(page.getByRole("button", { name: "Validate" })).toBeDisabled();
});

test("times that can't be checked are told before, and those without digests prove nothing", async ({
  page,
}) => {
  await page.goto(`${PAGE}&range=custom&from=2099-01-01T00:00:00Z`);
  await expect(page.getByText("This is in the future")).toBeVisible();
  await expect(page.getByRole("button", { name: "Validate" })).toBeDisabled();
  await page.goto(`${PAGE}&range=custom&from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00Z`);
  await page.getByRole("button", { name: "Validate" }).click();
  await expect(page.getByText("There are no digests in this time: nothing is proven")).toBeVisible();
  await expect(
    page.getByText("Looked for from 2020-01-01 00:00:00 to 2020-02-01 00:00:00 UTC."),
  ).toBeVisible();
  await expect(page.getByRole("heading", { name: "File by file" })).toHaveCount(0);
});
