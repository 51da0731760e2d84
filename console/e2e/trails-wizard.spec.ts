import { expect, test } from "./fixtures";
import { createTrail } from "./world/aws";
import { ACCOUNT } from "./world/generated-events";
import { next } from "./world/wizard";

const CREATE = "/_cairn/console/trails/create";
const ARN = (name: string) => `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/${name}`;

// An account has five trails at most.
test.afterEach(async ({ aws }) => {
  const { trailList } = await aws.cloudtrail<{ trailList: { Name: string }[] }>("DescribeTrails");
  for (const { Name } of trailList)
    if (Name.startsWith("e2e-wizard-")) await aws.cloudtrail("DeleteTrail", { Name });
});

test("what is not right is brought into sight, and one step back leaves the wizard", async ({ page }) => {
  await page.goto("/_cairn/console/trails");
  await page.getByRole("link", { name: "Create trail" }).click();
  await page.getByLabel("Trail name").fill("e2e-wizard-unsure");
  await page.getByLabel("SNS notification delivery").check();
  await next(page);
  const topic = page.getByRole("textbox", { name: "SNS topic" });
  await expect(topic).toBeFocused();
  await expect(topic).toBeInViewport();
  await expect(page.getByText("Enter the topic's name or ARN.")).toBeInViewport();
  await next(page);
  await page.goBack();
  await expect(page).toHaveURL(/\/trails\?/);
});

test("a tag that was added just now is not wrong before somebody goes on", async ({ page }) => {
  await page.goto(CREATE);
  await page.getByLabel("Trail name").fill("e2e-wizard-tagged");
  await page.getByRole("button", { name: "Add tag" }).click();
  const fault = page.getByText("Enter a key.");
  await expect(page.getByPlaceholder("team")).toBeVisible();
  await expect(fault).toBeHidden();
  await next(page);
  await expect(fault).toBeVisible();
  await expect(page.getByPlaceholder("team")).toBeFocused();
});

test("a bucket that is not there is made on the way", async ({ page, look }) => {
  await page.goto(CREATE);
  await page.getByText("Use a bucket that is there").click();
  await page.getByRole("combobox", { name: "Bucket" }).fill("e2e-wizard-nowhere");
  await expect(page.getByText("There is no bucket e2e-wizard-nowhere")).toBeVisible();
  await page.keyboard.press("Escape");
  await look("trail-create-no-bucket");
  await page.getByRole("button", { name: "Create it on the way" }).click();
  await expect(page.getByLabel("Name of the new bucket")).toHaveValue("e2e-wizard-nowhere");
});

test("JSON that is mended is no longer complained of", async ({ page }) => {
  await page.goto(`${CREATE}?step=events`);
  await page.getByText("JSON", { exact: true }).click();
  const json = page.getByLabel("Selectors as JSON");
  await json.fill("[");
  await page.getByText("Form", { exact: true }).click();
  const complaint = page.getByText("The form can be shown once the JSON is right.");
  await expect(complaint).toBeVisible();
  await expect(page.getByText("This is not JSON")).toHaveCount(1);
  await json.fill('[{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]');
  await expect(complaint).toBeHidden();
});

test("what was done stays before the wizard until the trail's page comes", async ({ page }) => {
  let isStarted = false;
  let letOn = () => {};
  const held = new Promise<void>((resolve) => {
    letOn = resolve;
  });
  await page.route("**/call/cloudtrail/**", async (route) => {
    const target = route.request().headers()["x-amz-target"] ?? "";
    if (target.endsWith(".StartLogging")) isStarted = true;
    if (isStarted && target.endsWith(".DescribeTrails")) await held;
    await route.continue();
  });
  await page.goto(CREATE);
  await page.getByLabel("Trail name").fill("e2e-wizard-slow");
  await page.getByLabel("Name of the new bucket").fill("e2e-wizard-slow-logs");
  await next(page);
  await expect(page.getByRole("heading", { name: "Choose log events", level: 1 })).toBeVisible();
  await next(page);
  const listed = page.waitForRequest(
    (request) => isStarted && /DescribeTrails/.test(request.headers()["x-amz-target"] ?? ""),
  );
  await page.getByRole("button", { name: "Create trail" }).click();
  await listed;
  await expect(page.getByRole("dialog", { name: "Working" })).toBeVisible();
  letOn();
  await expect(page.getByText("Trail e2e-wizard-slow was created, and logs.")).toBeVisible();
  await expect(page.getByRole("dialog", { name: "Working" })).toBeHidden();
});

test("a trail is made once, however often that is asked for", async ({ page }) => {
  let isReviewed = false;
  let letOn = () => {};
  const held = new Promise<void>((resolve) => {
    letOn = resolve;
  });
  let made = 0;
  await page.route("**/call/cloudtrail/**", async (route) => {
    const target = route.request().headers()["x-amz-target"] ?? "";
    if (target.endsWith(".CreateTrail")) made += 1;
    if (isReviewed && route.request().url().includes("/preview")) await held;
    await route.continue();
  });
  await page.goto(CREATE);
  await page.getByLabel("Trail name").fill("e2e-wizard-once");
  await page.getByLabel("Name of the new bucket").fill("e2e-wizard-once-logs");
  await expect(page.getByLabel("Name of the new bucket")).toHaveValue("e2e-wizard-once-logs");
  isReviewed = true;
  await page.goto(`${CREATE}?step=review`);
  const create = page.getByRole("button", { name: "Create trail" });
  // What was entered is checked before anything is made: that takes as long as it takes.
  const checked = page.waitForRequest("**/preview*");
  await create.click();
  await checked;
  await create.click({ force: true });
  letOn();
  await expect(page.getByText("Trail e2e-wizard-once was created, and logs.")).toBeVisible();
  expect(made).toBe(1);
});

test("a trail that somebody deletes while it is changed is let go of", async ({ page, aws }) => {
  await createTrail(aws, "e2e-wizard-gone", "e2e-wizard-gone-logs", ACCOUNT);
  await page.goto(`/_cairn/console/trails/edit?arn=${encodeURIComponent(ARN("e2e-wizard-gone"))}`);
  await page.getByLabel("Log file validation").uncheck();
  await page.getByRole("button", { name: "Review and save", exact: true }).click();
  await aws.cloudtrail("DeleteTrail", { Name: "e2e-wizard-gone" });
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Could not change the trail's settings")).toBeVisible();
  await page.getByRole("button", { name: "Back to the settings" }).click();
  await expect(page.getByText("Trail e2e-wizard-gone is gone: it was deleted meanwhile.")).toBeVisible();
  await expect(page).toHaveURL(/\/trails\?/);
});

test("an address that names no trail says so", async ({ page }) => {
  for (const which of ["detail", "edit"]) {
    await page.goto(`/_cairn/console/trails/${which}`);
    await expect(page.getByText("No trail is named.")).toBeVisible();
    await page.goto(`/_cairn/console/trails/${which}?arn=main`);
    await expect(page.getByText("main is not the ARN of a trail.")).toBeVisible();
  }
  await page.getByRole("link", { name: "Show trails" }).click();
  await expect(page.getByRole("link", { name: "main", exact: true })).toBeVisible();
});
