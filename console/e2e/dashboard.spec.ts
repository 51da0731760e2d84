import { expect, test } from "./fixtures";
import { ACCOUNT } from "./world/generated-events";
import { signIn } from "./world/sign-in";

test("the dashboard sums the events up, and leads to them", async ({ page, look }) => {
  await page.goto("/_cairn/console/?range=7d");
  await expect(page.getByRole("heading", { name: "Events by service" })).toBeVisible();
  await expect(page.getByText("Top principals")).toBeVisible();
  const graph = page.getByLabel("Events over time by source, and errors");
  await expect(graph).toBeVisible();
  await expect(page.getByRole("heading", { name: /Latest insights/ })).toBeVisible();
  await expect(page.getByRole("link", { name: "main" }).first()).toBeVisible();
  await look("dashboard");
  await page.getByRole("link", { name: "intern" }).first().click();
  await expect(page).toHaveURL(/\/events\?.*Username=intern.*from=.*to=/);
  await expect(page.getByRole("row").filter({ hasText: "intern" }).first()).toBeVisible();
});

test("changes alone can be counted, over another time", async ({ page }) => {
  await page.goto("/_cairn/console/?range=7d");
  const total = page
    .locator("dl, div")
    .filter({ hasText: /^Events[\d,]+$/ })
    .last();
  await expect(total).toBeVisible();
  const all = await total.textContent();
  await page
    .getByRole("radio", { name: "Changes only" })
    .or(page.getByRole("button", { name: "Changes only" }))
    .click();
  await expect(page).toHaveURL(/events=writes/);
  await expect(total).not.toHaveText(all ?? "");
  await page
    .getByRole("radio", { name: "1 hour" })
    .or(page.getByRole("button", { name: "1 hour" }))
    .click();
  await expect(page).toHaveURL(/range=1h/);
  await expect(page.getByText("What was changed in the last hour.")).toBeVisible();
});

test("denied calls lead to the events that were denied", async ({ page }) => {
  await page.goto("/_cairn/console/?range=30d");
  const intern = page.getByRole("link", { name: "intern", exact: true });
  await page
    .getByRole("list")
    .filter({ has: intern })
    .last()
    .getByRole("link", { name: "intern", exact: true })
    .click();
  await expect(page).toHaveURL(/Username=intern/);
  await expect(page).toHaveURL(/Outcome=denied/);
});

for (const [figure, address] of [
  ["Errors", /Outcome=failed/],
  ["Denied", /Outcome=denied/],
] as const) {
  test(`the figure "${figure}" leads to as many events as it says`, async ({ page }) => {
    await page.goto("/_cairn/console/?range=30d");
    const link = page
      .locator("div")
      .filter({ hasText: new RegExp(`^${figure}[\\d,]+`) })
      .last()
      .getByRole("link");
    const told = (await link.textContent()) ?? "";
    expect(told).toMatch(/^[1-9][\d,]*$/);
    await link.click();
    await expect(page).toHaveURL(address);
    await expect(page.getByRole("heading", { name: /^Event history/ })).toContainText(`(${told})`);
  });
}

test("a Region without events tells what to do next", async ({ page, look }) => {
  // What the page asks of CloudTrail is an event of the Region by itself: it waits until there was none.
  const summed = page.waitForResponse(/\/_cairn\/history\/summary$/);
  await page.route(/\/call\/cloudtrail\/[^/]+\/$/, async (route) => {
    await summed;
    await route.continue();
  });
  await page.goto("/_cairn/console/?region=sa-east-1&range=1h");
  await expect(page.getByText("There were no events in the last hour.", { exact: false })).toBeVisible();
  await look("dashboard-empty");
  await page.goto("/_cairn/console/?region=sa-east-1&events=writes&range=1h");
  await expect(page.getByText("Nothing was changed in the last hour.", { exact: false })).toBeVisible();
});

test("until another time is summed up, what is shown says what it is of", async ({ page }) => {
  await page.goto("/_cairn/console/?range=24h");
  await expect(page.getByText("Top principals")).toBeVisible();
  let go = () => {};
  const held = new Promise<void>((done) => {
    go = done;
  });
  await page.route("**/history/summary", async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole("button", { name: "7 days" }).click();
  await expect(page).toHaveURL(/range=7d/);
  await expect(page.getByText("What happened in the last 24 hours.")).toBeVisible();
  await expect(page.getByText("Top principals")).toBeVisible();
  go();
  await expect(page.getByText("What happened in the last 7 days.")).toBeVisible();
});

test("what was summed up stays where it can't be summed up anew", async ({ page }) => {
  await page.goto("/_cairn/console/?range=24h");
  const graph = page.getByLabel("Events over time by source, and errors");
  await expect(graph).toBeVisible();
  const json = { __type: "ThrottlingException", message: "Rate exceeded" };
  await page.route("**/history/summary", (route) => route.fulfill({ status: 400, json }));
  await page.getByRole("button", { name: "Refresh" }).click();
  await expect(page.getByText("Could not sum up the events")).toBeVisible();
  await expect(graph).toBeVisible();
  await expect(page.getByText("Top principals")).toBeVisible();
});

test("who may see little sees that, and what the rest needs", async ({ browser, baseURL }) => {
  const nobody = { cookies: [], origins: [] };
  const context = await browser.newContext({ baseURL: baseURL ?? "", storageState: nobody });
  try {
    const page = await context.newPage();
    await signIn(page, { account: ACCOUNT, user: "alice", password: "Correct-horse-battery-1" });
    await page.goto("/_cairn/console/?range=24h");
    await expect(page.getByText("Top principals")).toBeVisible();
    await expect(page.getByText(/may call cloudtrail:GetTrailStatus/)).toBeVisible();
  } finally {
    await context.close();
  }
});
