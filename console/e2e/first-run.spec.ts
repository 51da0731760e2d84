import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { expect } from "./fixtures";
import { serving, testOn } from "./world/own-server";
import type { Server } from "./world/server";

const test = testOn<{ server: Server }>((use) => serving({}, undefined, (server) => use({ server })));

/** Signs in as `cairn console` says. */
async function enter(page: Page, server: Server): Promise<void> {
  const told = server.run("console");
  const [address = ""] = told.split("\n");
  const [, file = ""] = /password {2}the one in (.+), until it is changed/.exec(told) ?? [];
  await page.goto(address);
  const field = page.getByLabel("Password", { exact: true });
  await expect(field).toBeFocused();
  await field.pressSequentially(readFileSync(file, "utf8").trim());
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Dashboard");
}

/** Runs a command of the binary that the page tells, as it stands there. */
const run = (server: Server, command: string) => server.run(...command.split(" ").slice(1));

test("whoever starts a server is led from nothing to a trail that is told of insights", async ({
  page,
  aws,
  look,
  world: { server },
}) => {
  test.slow();
  await enter(page, server);
  await expect(page.getByRole("heading", { name: "Next steps" })).toBeVisible();
  await expect(page.getByText(/^cairn serve --upstream/)).toBeVisible();
  await look("first-dashboard");

  // Each page that has nothing to show says what to run.
  const create = "cairn trail create main --bucket audit-logs --create-bucket";
  for (const path of [
    "trails",
    "delivery",
    "insights",
    "insights?tab=rules",
    "insights?tab=none",
    "integrity",
  ]) {
    await page.goto(`/_cairn/console/${path}`);
    await expect(page.getByText(create)).toBeVisible();
  }
  await look("first-integrity");
  await page.goto("/_cairn/console/events");
  await expect(page.getByRole("link", { name: "ConsoleLogin" })).toBeVisible();
  await look("first-events");

  run(server, create);
  await page.goto("/_cairn/console/");
  await expect(page.getByText("Done", { exact: true })).toBeVisible();
  const told = await page.getByText("aws cloudtrail put-insight-selectors").first().innerText();
  const [, TrailName = "", selectors = ""] =
    /--trail-name (\S+) --region us-east-1 --insight-selectors '(.+)'/.exec(told) ?? [];
  await aws.cloudtrail("PutInsightSelectors", { TrailName, InsightSelectors: JSON.parse(selectors) });
  await page.reload();
  await expect(page.getByRole("heading", { name: "Events by service" })).toBeVisible();
  await expect(page.getByText("Next steps")).toBeHidden();
  await expect(page.getByText("Nothing unusual", { exact: true })).toBeVisible();
  await look("first-dashboard-with-trail");

  await page.goto("/_cairn/console/integrity");
  await page.getByRole("button", { name: "Validate" }).click();
  await expect(page.getByText("There are no digests in this time: nothing is proven")).toBeVisible();
  await look("first-integrity-with-trail");
});

test("the stones are the page's icon at every address", async ({ page, request, world: { server } }) => {
  await page.goto(`${server.endpoint}/_cairn/console/events/none/deeper`);
  const icon = await page.locator("link[rel=icon]").evaluate((link: HTMLLinkElement) => link.href);
  const answer = await request.get(icon);
  expect(answer.headers()["content-type"]).toBe("image/svg+xml");
});
