import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { events, rows, settled } from "./world/event-history";

/** What a call is answered with that came too soon after others. */
const throttled = { status: 400, json: { __type: "ThrottlingException", message: "Rate exceeded" } };

const denied = {
  status: 403,
  json: {
    __type: "AccessDeniedException",
    message: "User: u is not authorized to perform: cloudtrail:LookupEvents on resource: *",
  },
};

/** Has calls of a path refused until that is over. */
async function refusing(page: Page, path: string, refusal: typeof throttled): Promise<() => Promise<void>> {
  await page.route(path, (route) => route.fulfill(refusal));
  return () => page.unroute(path);
}

test("events stay where newer ones could not be looked up", async ({ page }) => {
  await page.goto(events());
  await settled(page);
  const heading = page.getByRole("heading", { name: /^Event history \([\d,]+\)/ });
  await expect(heading).toBeVisible();
  const over = await refusing(page, "**/history/search", throttled);
  await page.getByRole("button", { name: "Refresh" }).click();
  await expect(page.getByText("There were too many requests.", { exact: false })).toBeVisible();
  await expect(rows(page)).toHaveCount(50);
  await expect(heading).toBeVisible();
  await over();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("Could not look up events")).toHaveCount(0);
  await settled(page);
});

test("another search does not show the events of the one before where it is refused", async ({ page }) => {
  await page.goto(events());
  await settled(page);
  await refusing(page, "**/history/search", throttled);
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(page.getByText("Could not look up events")).toBeVisible();
  await expect(page.getByText("No events can be shown")).toBeVisible();
});

test("a search that takes its time does not look as if it had found what was there before", async ({
  page,
}) => {
  await page.goto(events());
  await settled(page);
  const counted = page.getByText(/\d matches$/).filter({ visible: true });
  await expect(counted).toBeVisible();
  let go = () => {};
  const held = new Promise<void>((done) => {
    go = done;
  });
  await page.route("**/history/search", async (route) => {
    await held;
    await route.continue();
  });
  const field = page.getByRole("combobox", { name: "Filter events" });
  await field.fill("Event name = CreateUser");
  await field.press("Enter");
  await expect(page.getByText("Looking for events")).toBeVisible();
  await expect(counted).toHaveCount(0);
  await expect(page.getByRole("heading", { name: /^Event history/ })).not.toContainText("(");
  go();
  await settled(page);
  await expect(counted).toBeVisible();
});

test("following goes on by itself after it was throttled", async ({ page }) => {
  const over = await refusing(page, "**/_cairn/tail*", throttled);
  await page.goto(events("?live=true"));
  await expect(page.getByText("Connecting")).toBeVisible();
  await over();
  await expect(page.getByText(/^Live, \d+ new events?$/)).toBeVisible();
  const late = await refusing(page, "**/history/search", throttled);
  await page.getByRole("button", { name: "Refresh" }).click();
  await expect(page.getByText("Could not look up events")).toBeVisible();
  // While it is asked again the refusal is not shown either.
  const answered = page.waitForResponse((answer) => answer.url().endsWith("/history/search") && answer.ok());
  await late();
  await answered;
  await expect(page.getByText("Could not look up events")).toHaveCount(0);
});

test("what is shown first is not new where it was refused at first", async ({ page }) => {
  const over = await refusing(page, "**/history/search", throttled);
  await page.goto(events("?live=true"));
  await expect(page.getByText("Could not look up events")).toBeVisible();
  await over();
  await expect(rows(page)).toHaveCount(50);
  await expect(rows(page).getByText("New", { exact: true })).toHaveCount(0);
  await expect(page.getByText("Live, 0 new events", { exact: true })).toBeVisible();
});

test("following that was denied is tried again when somebody says so", async ({ page }) => {
  const over = await refusing(page, "**/_cairn/tail*", denied);
  await page.goto(events("?live=true"));
  await expect(page.getByText("You may not follow new events")).toBeVisible();
  await over();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText(/^Live, \d+ new events?$/)).toBeVisible();
});
