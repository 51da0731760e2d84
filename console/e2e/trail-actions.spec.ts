import { join } from "node:path";
import { expect, test } from "./fixtures";
import { type Aws, createTrail } from "./world/aws";
import { ACCOUNT } from "./world/generated-events";
import { SCREENSHOTS } from "./world/world";

const detail = (name: string) =>
  `/_cairn/console/trails/detail?arn=${encodeURIComponent(`arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/${name}`)}`;

const isLogging = async (aws: Aws, name: string): Promise<boolean> =>
  (await aws.cloudtrail<{ IsLogging: boolean }>("GetTrailStatus", { Name: name })).IsLogging;

// An account has five trails at most.
test.afterEach(async ({ aws }) => {
  const { trailList } = await aws.cloudtrail<{ trailList: { Name: string }[] }>("DescribeTrails");
  for (const { Name } of trailList)
    if (Name.startsWith("e2e-act-")) await aws.cloudtrail("DeleteTrail", { Name });
});

test("a trail is stopped, started and deleted, each once its name was typed", async ({ page, aws }) => {
  await createTrail(aws, "e2e-act-ended", "e2e-act-ended-logs", ACCOUNT);
  await page.goto(detail("e2e-act-ended"));
  await page.getByRole("button", { name: "Stop logging" }).click();
  const dialog = page.getByRole("dialog", { name: "Stop logging" });
  const confirm = dialog.getByRole("button", { name: "Stop logging" });
  await expect(confirm).toBeDisabled();
  // What is behind a dialog is no page to axe.
  await page.screenshot({ path: join(SCREENSHOTS, "trail-stop-light.png") });
  await expect(dialog.getByRole("textbox")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Stop logging" })).toBeFocused();
  await page.keyboard.press("Enter");
  await dialog.getByRole("textbox").fill("e2e-act-ende");
  await expect(confirm).toBeDisabled();
  await dialog.getByRole("textbox").fill("e2e-act-ended");
  await confirm.click();
  await expect(page.getByText("Trail e2e-act-ended no longer logs.")).toBeVisible();
  expect(await isLogging(aws, "e2e-act-ended")).toBe(false);
  await page.getByRole("button", { name: "Start logging" }).click();
  await expect(page.getByText("Trail e2e-act-ended logs now.")).toBeVisible();
  expect(await isLogging(aws, "e2e-act-ended")).toBe(true);

  await page.goto("/_cairn/console/trails");
  const row = page.getByRole("radio", { name: "Select e2e-act-ended" });
  await row.press("Space");
  await expect(row).toBeChecked();
  await page.getByRole("button", { name: "Actions" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  const removal = page.getByRole("dialog", { name: "Delete trail" });
  await removal.getByRole("textbox").fill("e2e-act-ended");
  await removal.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText("Trail e2e-act-ended was deleted.")).toBeVisible();
  await expect(page.getByRole("link", { name: "e2e-act-ended" })).toHaveCount(0);
});

test("why a trail was not started can be read above its page", async ({ page, aws, look }) => {
  await createTrail(aws, "e2e-act-kept", "e2e-act-kept-logs", ACCOUNT);
  await aws.cloudtrail("StopLogging", { Name: "e2e-act-kept" });
  const Message = `User: ann is not authorized to perform: cloudtrail:StartLogging on resource: arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/e2e-act-kept because no identity-based policy allows the cloudtrail:StartLogging action`;
  await page.route("**/call/cloudtrail/**", async (route) => {
    const isStart = route.request().headers()["x-amz-target"]?.endsWith(".StartLogging");
    if (isStart) await route.fulfill({ status: 400, json: { __type: "AccessDeniedException", Message } });
    else await route.continue();
  });
  await page.goto(detail("e2e-act-kept"));
  await page.getByRole("button", { name: "Start logging" }).click();
  await expect(page.getByText("You may not start logging")).toBeVisible();
  await expect(page.getByText('"Action": "cloudtrail:StartLogging"')).toBeVisible();
  await look("trail-start-denied");
});
