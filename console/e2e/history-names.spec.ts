import { expect, test } from "./fixtures";
import { events, imported, rows, settled } from "./world/event-history";
import { ACCOUNT } from "./world/generated-events";

const record = (page: import("@playwright/test").Page) => page.getByRole("region", { name: "Event record" });

test("a name that turns what is written after it tells no other story", async ({ page, aws, look }) => {
  const userName = "evil\u202egnp.exe";
  const shown = "evil\\u202egnp.exe";
  const event = imported("DeleteUser", {
    eventSource: "iam.amazonaws.com",
    userIdentity: {
      type: "IAMUser",
      arn: `arn:aws:iam::${ACCOUNT}:user/${userName}`,
      accountId: ACCOUNT,
      userName,
    },
    requestParameters: { userName: "<img src=x onerror=alert(1)>\u0007" },
  });
  await aws.page("/_cairn/import?format=cloudtrail", event);
  await page.goto(events(`?Username=${encodeURIComponent(userName)}`));
  await settled(page);
  await expect(page.getByRole("button", { name: `User name = ${shown}` })).toBeVisible();
  await expect(rows(page).first()).toContainText(shown);
  await rows(page).first().getByRole("link").click();
  await expect(record(page)).toContainText(`"userName": "${shown}"`);
  await expect(
    page.getByText(`${shown} deleted user <img src=x onerror=alert(1)>\\u0007 from 203.0.113.7`),
  ).toBeVisible();
  await expect(page.getByRole("main")).not.toContainText("\u202e");
  await look("event-odd-names");
  await page.getByRole("link", { name: shown }).first().click();
  await expect(page.getByText(`Principal arn:aws:iam::${ACCOUNT}:user/${shown}`)).toBeVisible();
});

test("an event that refers to very much shows its record not far below", async ({ page, aws }) => {
  const items = Array.from({ length: 300 }, (_, at) => ({ instanceId: `i-${String(at).padStart(17, "0")}` }));
  const event = imported("TerminateInstances", { requestParameters: { instancesSet: { items } } });
  await aws.page("/_cairn/import?format=cloudtrail", event);
  await page.goto(events(`?EventId=${event.eventID}`));
  await settled(page);
  await expect(rows(page).first()).toContainText("and 255 or more others");
  await rows(page).first().getByRole("link").click();
  await expect(page.getByRole("heading", { name: "Resources referenced (256+)" })).toBeVisible();
  const resources = page.getByRole("table", { name: "Resources referenced" }).locator("tbody tr");
  await expect(resources).toHaveCount(20);
  await page.getByRole("button", { name: "Show all 256 resources" }).click();
  await expect(resources).toHaveCount(256);
  await expect(record(page)).toContainText("i-00000000000000299");
});
