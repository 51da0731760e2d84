import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import type { Aws } from "./world/aws";
import { createLogsRole, LOGS_ROLE } from "./world/destination-role";
import { ACCOUNT, REGION } from "./world/generated-events";
import { next } from "./world/wizard";

for (const [what, setting, fill] of [
  [
    "a topic",
    /the server's setting endpoints.sns must say where topics are/,
    async (page: Page) => {
      await page.getByLabel("SNS notification delivery").check();
      await page.getByLabel("SNS topic").fill("nowhere");
    },
  ],
  [
    "a log group",
    /setting endpoints.logs must say where log groups are/,
    async (page: Page, aws: Aws) => {
      await createLogsRole(aws);
      await page.getByLabel("CloudWatch Logs").check();
      await page.getByLabel("Log group ARN").fill(`arn:aws:logs:${REGION}:${ACCOUNT}:log-group:nowhere:*`);
      await page.getByLabel("IAM role ARN").fill(LOGS_ROLE);
    },
  ],
] as const)
  test(`without an endpoint the wizard says which setting ${what} needs`, async ({ page, aws }) => {
    await page.goto("/_cairn/console/trails/create");
    await page.getByLabel("Trail name").fill("e2e-unwired");
    await page.getByLabel("Name of the new bucket").fill("e2e-unwired-logs");
    await fill(page, aws);
    await next(page);
    await next(page);
    await page.getByRole("button", { name: "Create trail" }).click();
    await expect(page.getByRole("dialog").getByText(setting)).toBeVisible();
    const { trailList } = await aws.cloudtrail<{ trailList: { Name: string }[] }>("DescribeTrails");
    expect(trailList.map(({ Name }) => Name)).not.toContain("e2e-unwired");
  });
