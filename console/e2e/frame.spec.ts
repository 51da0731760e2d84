import { expect, test } from "./fixtures";
import { ACCOUNT, REGION } from "./world/generated-events";

test("the Region stands in the address, and goes along to other pages", async ({ page }) => {
  await page.goto("/_cairn/console/account");
  await expect(page).toHaveURL(/region=us-east-1/);
  await page.getByRole("button", { name: /^Region/ }).click();
  await page.getByRole("menuitemcheckbox", { name: /Frankfurt/ }).click();
  await expect(page).toHaveURL(/account\?region=eu-central-1/);
  await page.getByRole("link", { name: "Trails", exact: true }).click();
  await expect(page).toHaveURL(/trails\?region=eu-central-1/);
  await page.goBack();
  await expect(page).toHaveURL(/account\?region=eu-central-1/);
});

test("the theme and the zone of times are chosen and remembered", async ({ page }) => {
  await page.goto("/_cairn/console/account");
  const choose = async (name: string) => {
    await page.getByRole("button", { name: "Display settings" }).click();
    await page.getByRole("menuitemcheckbox", { name }).click();
  };
  await choose("Dark");
  await expect(page.locator("body")).toHaveClass(/awsui-dark-mode/);
  await expect(page.getByText(/\(UTC\)/).first()).toBeVisible();
  await choose("Local time");
  await expect(page.getByText(/\(UTC\+0[12]:00\)/).first()).toBeVisible();
  await page.reload();
  await expect(page.locator("body")).toHaveClass(/awsui-dark-mode/);
  await expect(page.getByText(/\(UTC\+0[12]:00\)/).first()).toBeVisible();
});

test("the keyboard is enough: past the frame, to other pages, to the list of keys", async ({
  page,
  look,
}) => {
  await page.goto("/_cairn/console/account");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the page" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("#page")).toBeFocused();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await look("shortcuts");
  await page.keyboard.press("Escape");
  await page.keyboard.press("g");
  await page.keyboard.press("t");
  await expect(page).toHaveURL(/\/trails/);
  await expect(page.locator("#page")).toBeFocused();
  await expect(page).toHaveTitle(/Trails \| Cairn/);
});

test("an address that leads nowhere says so", async ({ page, look }) => {
  await page.goto("/_cairn/console/no/such/page");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Page not found");
  await look("not-found");
  await page.locator("#page").getByRole("link", { name: "event history" }).click();
  await expect(page).toHaveURL(/\/events/);
});

test("menus are named and hold what they promise", async ({ page, look }) => {
  await page.goto("/_cairn/console/account");
  await page.getByRole("button", { name: /Signed in as/ }).click();
  await expect(page.getByRole("menuitem", { name: "Sign out" })).toBeVisible();
  await look("account-menu");
  await page.goto("/_cairn/console/switch-role");
  await page.evaluate(() => document.body.setAttribute("data-same", "page"));
  await page.getByRole("button", { name: /Signed in as/ }).click();
  await page.getByRole("menuitem", { name: /My account/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/My account/);
  await expect(page.locator("body")).toHaveAttribute("data-same", "page");
});

test("a console whose server was renewed meanwhile is loaded anew on the way to the next page", async ({
  page,
}) => {
  await page.goto("/_cairn/console/account");
  await expect(page.getByRole("heading", { level: 1, name: "My account" })).toBeVisible();
  await page.waitForLoadState("load");
  // What the open page knows of is gone; what is loaded from now on is not.
  let isRenewed = false;
  page.on("request", (request) => {
    isRenewed ||= request.isNavigationRequest();
  });
  await page.route(/assets\/trails-page/, (route) =>
    isRenewed ? route.continue() : route.fulfill({ status: 404, body: "no such file" }),
  );
  await page.getByRole("link", { name: "Trails", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: /^Trails/ })).toBeVisible();
  expect(isRenewed).toBe(true);
});

test("a page that somebody has gone to meanwhile is not loaded anew for the one that was missing", async ({
  page,
}) => {
  await page.goto("/_cairn/console/account");
  await expect(page.getByRole("heading", { level: 1, name: "My account" })).toBeVisible();
  await page.waitForLoadState("load");
  let letOn = () => {};
  const held = new Promise<void>((resolve) => {
    letOn = resolve;
  });
  await page.route(/assets\/trails-page/, (route) => route.fulfill({ status: 404, body: "no such file" }));
  const isLook = (url: URL) => url.pathname === "/_cairn/console/";
  await page.route(isLook, async (route) => {
    await held;
    await route.continue();
  });
  await page.evaluate(() => document.body.setAttribute("data-same", "page"));
  const asked = page.waitForRequest((request) => isLook(new URL(request.url())));
  const answered = page.waitForResponse((response) => isLook(new URL(response.url())));
  await page.getByRole("link", { name: "Trails", exact: true }).click();
  await asked;
  await page.getByRole("link", { name: "Insights", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Insights" })).toBeVisible();
  letOn();
  await answered;
  // A page that is loaded anew would have forgotten it by the time that another one is there.
  await page.getByRole("link", { name: "Event history", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: /^Event history/ })).toBeVisible();
  await expect(page.locator("body")).toHaveAttribute("data-same", "page");
});

test("a server that is gone is told so, and the page comes once it is back", async ({ page, look }) => {
  await page.goto("/_cairn/console/account");
  await expect(page.getByRole("heading", { level: 1, name: "My account" })).toBeVisible();
  await page.waitForLoadState("load");
  const all = /_cairn\/console/;
  await page.route(all, (route) => route.abort());
  await page.getByRole("link", { name: "Insights", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("This page could not be loaded");
  await expect(page.getByText("Cairn does not answer.", { exact: false })).toBeVisible();
  await look("page-unreachable");
  await page.unroute(all);
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Insights" })).toBeVisible();
});

test("a browser that has no network goes on with a server that answers", async ({ page }) => {
  await page.goto("/_cairn/console/account");
  await expect(page.getByRole("heading", { level: 1, name: "My account" })).toBeVisible();
  await page.evaluate(() => window.dispatchEvent(new Event("offline")));
  await page.getByRole("link", { name: "Trails", exact: true }).click();
  await page.getByRole("link", { name: "main", exact: true }).click();
  const downloaded = page.waitForEvent("download");
  await page
    .getByRole("button", { name: /^Download / })
    .first()
    .click();
  await downloaded;
});

// 1280 px at 400 %.
test("a trail's long names take another line where the page is magnified", async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  const arn = `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/main`;
  await page.goto(`/_cairn/console/trails/detail?arn=${encodeURIComponent(arn)}`);
  await expect(page).toHaveTitle("main | Trails | Cairn");
  await expect(page.getByText(/^Of today, from us-east-1: s3:/)).toBeVisible();
  const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  await expect.poll(overflow).toBeLessThanOrEqual(0);
});
