import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { events, imported, rows, settled } from "./world/event-history";

/** Types a filter as a person does who knows it: `Event name = CreateUser`. */
async function filterBy(page: Page, text: string) {
  const field = page.getByRole("combobox", { name: "Filter events" });
  await field.fill(text);
  await field.press("Enter");
}

test("Event history begins with what changed something, newest first", async ({ page, look }) => {
  await page.goto(events());
  await settled(page);
  await expect(page.getByRole("button", { name: "Read-only = false" })).toBeVisible();
  const header = page.getByRole("table", { name: "Events" }).getByRole("columnheader");
  await expect(header).toHaveText([
    "",
    "Event name",
    "Event time (UTC)",
    "User name",
    "Event source",
    "Resource type",
    "Resource name",
  ]);
  await expect(rows(page)).toHaveCount(50);
  await look("event-history");
});

test("several filters and words hold together, and stand in the address", async ({ page }) => {
  await page.goto(events());
  await settled(page);
  await filterBy(page, "User name = alice");
  await filterBy(page, "Event name = CreateUser");
  await filterBy(page, "Event name = DeleteUser");
  await expect(page).toHaveURL(/ReadOnly=false&Username=alice&EventName=CreateUser&EventName=DeleteUser/);
  await settled(page);
  const names = page.getByRole("link", { name: /^(Create|Delete)User$/ });
  // Until the answer is there the table has the rows of before.
  await expect(async () => {
    expect(await names.count()).toBe(await rows(page).count());
    expect(await names.count()).toBeGreaterThan(0);
  }).toPass();
  const address = page.url();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(page).toHaveURL(/ReadOnly=any/);
  await filterBy(page, "reports-7 getbucketacl");
  await expect(page).toHaveURL(/text=reports-7\+getbucketacl/);
  await settled(page);
  await expect(rows(page).first()).toContainText("reports-7");
  // The address shows anybody the same.
  await page.goto(address);
  await settled(page);
  await expect(page.getByRole("button", { name: "Event name = DeleteUser" })).toBeVisible();
});

test("errors are found by whether there is a code, and values are offered", async ({ page }) => {
  await page.goto(events("?ReadOnly=any"));
  await settled(page);
  const field = page.getByRole("combobox", { name: "Filter events" });
  await field.click();
  await page.getByRole("option", { name: "Error code" }).click();
  await page.getByRole("option", { name: "Error code =", exact: false }).first().click();
  await expect(page.getByRole("option", { name: /AccessDenied/ })).toBeVisible();
  await page.getByRole("option", { name: /any value/ }).click();
  await expect(page).toHaveURL(/ErrorCode.exists=true/);
  await settled(page);
  await expect(page.getByLabel(/^Failed: /)).toHaveCount(50);
});

test("rare values are offered to who types their beginning", async ({ page }) => {
  await page.goto(events("?EventName=CreateLogStream"));
  await settled(page);
  const field = page.getByRole("combobox", { name: "Filter events" });
  await field.fill("Event name = CreateU");
  await expect(page.getByRole("option", { name: /CreateUser$/ })).toBeVisible();
  await field.fill("CreateU");
  await page.getByRole("option", { name: /CreateUser$/ }).click();
  await expect(page).toHaveURL(/EventName=CreateLogStream&EventName=CreateUser/);
});

test("a time is chosen, and nothing in it is told", async ({ page }) => {
  await page.goto(events("?ReadOnly=any"));
  await settled(page);
  await page.getByRole("button", { name: /Date and time/ }).click();
  await page.getByRole("radio", { name: "Last 12 hours" }).click();
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/range=12h/);
  await settled(page);
  await page.goto(events("?EventName=NothingIsCalledSo&range=1h"));
  await expect(page.getByText("No events match")).toBeVisible();
  await page.getByRole("button", { name: "Look at 90 days" }).click();
  await page.getByRole("button", { name: "Clear filters" }).last().click();
  await settled(page);
});

test("pages are walked forth and back, and columns are remembered", async ({ page, look }) => {
  await page.goto(events("?ReadOnly=any"));
  await settled(page);
  const first = (await rows(page).first().textContent()) ?? "";
  await page.getByRole("button", { name: "Next page" }).click();
  await expect(page.getByRole("button", { name: "Page 2", exact: true })).toHaveAttribute(
    "aria-current",
    "true",
  );
  await expect(rows(page).first()).not.toHaveText(first);
  await page.getByRole("button", { name: "Previous page" }).click();
  await expect.poll(() => rows(page).first().textContent()).toBe(first);
  await page.getByRole("button", { name: "Preferences" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("10 events").click();
  await dialog.getByText("What happened").click();
  await dialog.getByText("Local", { exact: true }).click();
  await look("event-history-preferences");
  await dialog.getByRole("button", { name: "Confirm" }).click();
  await expect(rows(page)).toHaveCount(10);
  await page.reload();
  await settled(page);
  await expect(rows(page)).toHaveCount(10);
  await expect(page.getByRole("columnheader", { name: "What happened" })).toBeVisible();
});

test("new events appear by themselves, and are counted while it is paused", async ({ page, aws }) => {
  await page.goto(events("?EventSource=iam.amazonaws.com&ReadOnly=false&live=true"));
  await expect(page.getByText("Live, 0 new events")).toBeVisible();
  const name = `history-live-${Date.now()}`;
  await aws.query("iam", "CreateUser", { UserName: name });
  await expect(page.getByText(/^Live, [1-9]\d* new event/)).toBeVisible();
  await expect(rows(page).filter({ hasText: name })).toBeVisible();
  await page.getByRole("button", { name: "Pause" }).click();
  await aws.query("iam", "DeleteUser", { UserName: name });
  await expect(page.getByText(/^Paused, [1-9]\d* new event/)).toBeVisible();
  await page.getByRole("button", { name: "Show the newest" }).click();
  await expect(rows(page).filter({ hasText: "DeleteUser" }).filter({ hasText: name })).toBeVisible();
});

test("a short page does not make old events new", async ({ page, aws }) => {
  await page.goto(events("?EventSource=iam.amazonaws.com&ReadOnly=false"));
  await settled(page);
  await page.getByRole("button", { name: "Preferences" }).click();
  await page.getByRole("dialog").getByText("10 events").click();
  await page.getByRole("dialog").getByRole("button", { name: "Confirm" }).click();
  await expect(rows(page)).toHaveCount(10);
  await page.goto(events("?EventSource=iam.amazonaws.com&ReadOnly=false&live=true"));
  await expect(page.getByText("Live, 0 new events")).toBeVisible();
  await page.getByRole("button", { name: "Pause" }).click();
  const name = `history-short-${Date.now()}`;
  await aws.query("iam", "CreateUser", { UserName: name });
  await expect(page.getByText("Paused, 1 new event", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Show the newest" }).click();
  await expect(rows(page).filter({ hasText: name })).toBeVisible();
  await expect(page.getByText(/^Live, 1 new event$/)).toBeVisible();
});

test("all that comes is counted, also what a short page has no room for", async ({ page, aws }) => {
  const name = `ManyAtOnce${Date.now()}`;
  const record = (count: number, more = {}) =>
    Promise.all(
      Array.from({ length: count }, () => aws.page("/_cairn/import?format=cloudtrail", imported(name, more))),
    );
  await record(20);
  const address = events(`?EventName=${name}`);
  await page.goto(address);
  await settled(page);
  await page.getByRole("button", { name: "Preferences" }).click();
  await page.getByRole("dialog").getByText("10 events").click();
  await page.getByRole("dialog").getByRole("button", { name: "Confirm" }).click();
  await expect(rows(page)).toHaveCount(10);
  await page.goto(`${address}&live=true`);
  await expect(page.getByText("Live, 0 new events")).toBeVisible();
  await settled(page);
  // What is new is told from this count on.
  await expect(page.getByRole("heading", { name: "Event history (20)" })).toBeVisible();
  await record(40);
  await expect(page.getByText("Live, 40 new events", { exact: true })).toBeVisible();
  await expect(rows(page)).toHaveCount(10);
  // What is older than all that the page shows is counted too, though the page stays as it is.
  await record(5, { eventTime: `${new Date(Date.now() - 120_000).toISOString().slice(0, 19)}Z` });
  await expect(page.getByText("Live, 45 new events", { exact: true })).toBeVisible();
});

test("an imported event that lacks its name and its source is shown all the same", async ({ page, aws }) => {
  const { eventName: _name, eventSource: _source, ...bare } = imported("");
  await aws.page("/_cairn/import?format=cloudtrail", bare);
  await page.goto(events(`?EventId=${bare.eventID}`));
  await expect(rows(page)).toHaveCount(1);
  await rows(page).getByRole("link", { name: "–" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Event" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Event record" })).toContainText(bare.eventID);
});

test("an event tells what happened, what it refers to and its record", async ({
  page,
  aws,
  look,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const name = `history-detail-${Date.now()}`;
  await aws.query("iam", "CreateUser", { UserName: name });
  await page.goto(events(`?ResourceName=${name}&EventName=CreateUser`));
  await expect(async () => {
    await page.getByRole("button", { name: "Refresh" }).click();
    await expect(page.getByRole("link", { name: "CreateUser" })).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await page.getByRole("link", { name: "CreateUser" }).click();
  await expect(page.getByText(`created user ${name} from 127.0.0.1`)).toBeVisible();
  await expect(page.getByText("Succeeded")).toBeVisible();
  await page.getByRole("button", { name: "Copy the event record" }).click();
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await expect.poll(copied).toMatch(/"eventName": "CreateUser"/);
  expect((JSON.parse(await copied()) as { eventName: string }).eventName).toBe("CreateUser");
  await look("event");
  await page.getByRole("link", { name: `Timeline of ${name}` }).click();
  await expect(page.getByText("1 event", { exact: true }).first()).toBeVisible();
});

test("an event that is not there is told so", async ({ page, look }) => {
  await page.goto(events("/00000000-0000-4000-8000-000000000000"));
  await expect(page.getByText(/There is no event 00000000/)).toBeVisible();
  await look("event-missing");
});

test("an event that was denied tells why", async ({ page, look }) => {
  await page.goto(events("?Username=intern&ErrorCode=AccessDenied"));
  await settled(page);
  await rows(page).first().getByRole("link").click();
  await expect(page.getByText(/^intern tried to .* and was denied \(AccessDenied\)/).first()).toBeVisible();
  await expect(page.getByText("The call was denied: AccessDenied")).toBeVisible();
  await expect(page.getByText(/intern is not authorized to perform/).first()).toBeVisible();
  await look("event-denied");
});

test("up to five events are compared", async ({ page, look }) => {
  await page.goto(events("?EventName=RunInstances&Username=ci-4711"));
  await settled(page);
  const boxes = rows(page).getByRole("checkbox");
  for (const at of [0, 1, 2, 3, 4]) await boxes.nth(at).check();
  await expect(boxes.nth(5)).toBeDisabled();
  await page.getByRole("button", { name: "Compare events" }).click();
  const table = page.getByRole("table", { name: "Compared events" });
  await expect(table.getByRole("columnheader")).toHaveCount(6);
  await expect(table.getByText("eventVersion")).toHaveCount(0);
  await look("compare");
  await page
    .getByRole("switch", { name: "Only what differs" })
    .or(page.getByLabel("Only what differs"))
    .first()
    .click();
  await expect(table.getByText("eventVersion")).toBeVisible();
  await table
    .getByRole("button", { name: /^Leave out/ })
    .first()
    .click();
  await expect(table.getByRole("columnheader")).toHaveCount(5);
});

test("a selection ends with its search, and can be let go of", async ({ page }) => {
  await page.goto(events("?ReadOnly=any"));
  await settled(page);
  const boxes = rows(page).getByRole("checkbox");
  const select = async () => {
    for (const at of [0, 1, 2, 3, 4]) await boxes.nth(at).check();
    await expect(boxes.nth(5)).toBeDisabled();
  };
  await select();
  await page.getByRole("button", { name: "Next page" }).click();
  await expect(page.getByText("5 selected events are not on this page")).toBeVisible();
  await expect(boxes.first()).toBeDisabled();
  await page.getByRole("button", { name: "Clear selection" }).click();
  await expect(boxes.first()).toBeEnabled();
  await select();
  await filterBy(page, "Event source = ec2.amazonaws.com");
  await expect(page).toHaveURL(/EventSource=ec2/);
  await expect(boxes.nth(5)).toBeEnabled();
  await expect(page.getByRole("button", { name: "Compare events" })).toBeDisabled();
});

test("another Region does not show the events of the one before", async ({ page }) => {
  await page.goto(events("?ReadOnly=any&region=us-east-1"));
  await settled(page);
  // It takes longer than anybody waits.
  await page.route("**/history/search", () => {});
  await page.getByRole("button", { name: /^Region/ }).click();
  await page.getByRole("menuitemcheckbox", { name: /Frankfurt/ }).click();
  await expect(page).toHaveURL(/region=eu-central-1/);
  await expect(page.getByText("Looking for events")).toBeVisible();
  await expect(page.getByRole("link", { name: /^[A-Z]\w+$/ }).and(rows(page).getByRole("link"))).toHaveCount(
    0,
  );
});

test("how many there are is known as long as somebody turns pages", async ({ page }) => {
  await page.clock.install();
  await page.goto(events("?ReadOnly=any"));
  await settled(page);
  const told = (await page.getByRole("heading", { name: /^Event history \([\d,]+\)/ }).textContent()) ?? "";
  const [, total = ""] = /\(([\d,]+)\)/.exec(told) ?? [];
  await page.getByRole("button", { name: "Next page" }).click();
  await expect(page.getByRole("button", { name: "Page 2", exact: true })).toHaveAttribute(
    "aria-current",
    "true",
  );
  await page.clock.fastForward(400_000);
  await rows(page).getByRole("checkbox").first().check();
  await expect(page.getByRole("heading", { name: `Event history (1/${total})` })).toBeVisible();
});

test("events are downloaded as CSV and as JSON", async ({ page, look }) => {
  await page.goto(events("?EventName=CreateKey"));
  await settled(page);
  await page.getByRole("button", { name: "Download events" }).click();
  const dialog = page.getByRole("dialog");
  const told = (await dialog.getByText(/events? match/).textContent()) ?? "";
  const count = Number(/^([\d,]+)/.exec(told)?.[1]?.replaceAll(",", ""));
  expect(count).toBeGreaterThan(0);
  await look("download");
  const csv = await saved(page);
  const [columns, ...lines] = csv.trim().split("\r\n");
  expect(columns).toMatch(/^Event name,Event time,User name,Event source,/);
  expect(lines).toHaveLength(count);
  await expect(dialog.getByText(/^Saved, /)).toBeVisible();
  await dialog.getByText("JSON", { exact: true }).click();
  const file = JSON.parse(await saved(page)) as { Records: { eventName: string }[] };
  expect(file.Records).toHaveLength(count);
  expect(new Set(file.Records.map(({ eventName }) => eventName))).toEqual(new Set(["CreateKey"]));
});

test("a download is broken off", async ({ page }) => {
  let left = false;
  // It takes longer than anybody waits.
  await page.route("**/history/export*", () => {});
  page.on("requestfailed", (request) => {
    left ||= request.url().includes("/history/export");
  });
  await page.goto(events("?EventName=CreateKey"));
  await settled(page);
  await page.getByRole("button", { name: "Download events" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Download", exact: true }).click();
  await expect(dialog.getByText(/^0 of [\d,]+ events$/)).toBeVisible();
  await dialog.getByRole("button", { name: "Cancel download" }).click();
  await expect.poll(() => left).toBe(true);
  await expect(dialog.getByRole("progressbar")).toHaveCount(0);
  await dialog.getByRole("button", { name: "Close" }).first().click();
  await expect(dialog).toBeHidden();
});

test("a count that stopped early is no end", async ({ page }) => {
  await page.route("**/history/summary", async (route) => {
    const response = await route.fetch();
    const counted = (await response.json()) as object;
    await route.fulfill({ json: { ...counted, Total: 0, CountedBackTo: "2026-11-20T08:00:00Z" } });
  });
  await page.goto(events("?EventName=CreateKey"));
  await settled(page);
  await page.getByRole("button", { name: "Download events" }).click();
  await expect(page.getByText(/which came back to November 20, 2026/)).toBeVisible();
  expect((await saved(page)).trim().split("\r\n").length).toBeGreaterThan(1);
});

test("a time between two moments is meant in the zone that was chosen", async ({ page }) => {
  await page.goto(events("?EventSource=ec2.amazonaws.com"));
  await settled(page);
  await page.getByRole("button", { name: "Preferences" }).click();
  await page.getByRole("dialog").getByText("Local", { exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Confirm" }).click();
  await page.getByRole("button", { name: /Date and time/ }).click();
  await page.getByRole("button", { name: "Absolute mode" }).click();
  const day = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10);
  await page.getByLabel("Start date").fill(day.replaceAll("-", "/"));
  await page.getByLabel("Start time").fill("10:00:00");
  await page.getByLabel("End date").fill(day.replaceAll("-", "/"));
  await page.getByLabel("End time").fill("11:30:00");
  await page.getByRole("button", { name: "Apply" }).click();
  // Tests look from Berlin.
  const before = (hours: number) =>
    new Date(`${day}T${hours}:00:00+0${offsetOf(day)}:00`).toISOString().slice(0, 13);
  await expect(page).toHaveURL((url) => url.searchParams.get("from")?.startsWith(before(10)) === true);
  await settled(page);
  await expect(rows(page).first()).toContainText(new RegExp(`${day} 1[01]:\\d\\d:\\d\\d`));
});

/** How many hours Berlin is before UTC on a day: one, in summer two. */
function offsetOf(day: string): number {
  const noon = new Date(`${day}T12:00:00Z`);
  const hour = new Intl.DateTimeFormat("en-US", {
    timeZone: "Europe/Berlin",
    hour: "2-digit",
    hourCycle: "h23",
  });
  return Number(hour.format(noon)) - 12;
}

async function saved(page: Page): Promise<string> {
  const waiting = page.waitForEvent("download");
  await page.getByRole("dialog").getByRole("button", { name: "Download", exact: true }).click();
  return readFileSync(await (await waiting).path(), "utf8");
}

test("a timeline tells the day of a person", async ({ page, look }) => {
  await page.goto("/_cairn/console/timeline");
  await page.getByRole("textbox", { name: "User name" }).fill("intern");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await expect(page).toHaveURL(/by=Username&value=intern/);
  await expect(page.getByText(/intern tried to .* and was denied/).first()).toBeVisible();
  const before = await page.getByRole("listitem").count();
  await look("timeline");
  await page.getByRole("button", { name: "Show older events" }).click();
  await expect.poll(() => page.getByRole("listitem").count()).toBeGreaterThan(before);
  await page.getByRole("button", { name: "By session" }).click();
  await expect(page.getByRole("button", { name: "By session" })).toHaveAttribute("aria-pressed", "true");
  await page.getByRole("link", { name: "Show as a table" }).click();
  await expect(page).toHaveURL(/\/events\?Username=intern/);
  await settled(page);
});

test("a timeline tells for how long nothing happened", async ({ page }) => {
  await page.goto("/_cairn/console/timeline?by=Username&value=root");
  await expect(page.getByText(/The root user /).first()).toBeVisible();
  await expect(page.getByText(/\d+ h.* without an event/).first()).toBeVisible();
});
