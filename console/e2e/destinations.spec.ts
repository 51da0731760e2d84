import type { Page } from "@playwright/test";
import { expect } from "./fixtures";
import type { Aws } from "./world/aws";
import { createLogsRole, document, LOGS_ROLE, SERVICE, TRUST } from "./world/destination-role";
import { EMULATOR_MISSING } from "./world/emulator";
import { ACCOUNT, REGION } from "./world/generated-events";
import { testBesideEmulator } from "./world/own-server";
import { createPerson, enterCredentials } from "./world/person";
import { next } from "./world/wizard";

const PASSWORD = "Tells-others-what-happened-4";
const group = (name: string) => `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${name}:*`;
/** What a page says under a label. */
const fact = (page: Page, label: string) =>
  page
    .getByRole("term")
    .filter({ hasText: new RegExp(`^${label}$`) })
    .locator("xpath=following-sibling::dd[1]");

/** A server whose topics and log groups are an emulator's. */
const test = testBesideEmulator(["sns", "logs"]);

test.describe("topics and log groups elsewhere", () => {
  test.skip(EMULATOR_MISSING !== undefined, EMULATOR_MISSING);

  test("a trail's topic and log group are named in the wizard, and are told of events", async ({
    page,
    aws,
    world: { emulator },
    look,
  }) => {
    test.slow();
    await createPerson(aws, "wirer", { password: PASSWORD });
    await emulator.aws.json("logs", "Logs_20140328.CreateLogGroup", { logGroupName: "trail" });
    await createLogsRole(aws);
    await page.goto("/_cairn/console/sign-in?to=/trails/create");
    await enterCredentials(page, "wirer", PASSWORD);
    await page.getByLabel("Trail name").fill("wired");
    await page.getByLabel("Name of the new bucket").fill("wired-logs");
    await page.getByLabel("SNS notification delivery").check();
    await page.getByLabel("CloudWatch Logs").check();
    await next(page);
    await expect(page.getByText("Enter the topic's name or ARN.")).toBeVisible();
    await expect(page.getByText(/Enter the ARN of a log group/)).toBeVisible();
    await page.getByLabel("SNS topic").fill("deliveries");
    await page.getByLabel("Log group ARN").fill(group("trail"));
    await page.getByLabel("IAM role ARN").fill(LOGS_ROLE);
    await look("trail-create-destinations");
    await next(page);
    await next(page);
    await expect(page.getByText("deliveries", { exact: true })).toBeVisible();
    await page.getByRole("button", { name: "Create trail" }).click();
    const dialog = page.getByRole("dialog", { name: "It could not be finished" });
    await expect(
      dialog.getByText(/topic must be there, and its policy let CloudTrail publish/),
    ).toBeVisible();
    await look("trail-topic-missing");

    // Somebody makes the topic, and what failed is tried again.
    await emulator.aws.query("sns", "CreateTopic", { Name: "deliveries" });
    await letPublish(emulator.aws, `arn:aws:sns:${REGION}:${ACCOUNT}:deliveries`);
    await dialog.getByRole("button", { name: "Try again" }).click();
    await expect(page.getByText("Trail wired was created, and logs.")).toBeVisible();
    await expect(fact(page, "SNS notification delivery")).toContainText(":deliveries");
    await expect(fact(page, "CloudWatch Logs group")).toContainText("log-group:trail:*");

    await aws.query("iam", "CreateUser", { UserName: "wired-event" });
    await expect.poll(() => linesOf(emulator.aws, "trail"), { timeout: 60_000 }).toContain("wired-event");
    // The page asks for the status by itself.
    await expect(fact(page, "Last notification")).toContainText(/\d\d:\d\d/, { timeout: 60_000 });
    await expect(fact(page, "Last event in CloudWatch Logs")).toContainText(/\d\d:\d\d/);
    await look("trail-destinations");
  });

  test("a role that may not write to the group is told of before anything logs there", async ({
    page,
    aws,
    world: { emulator },
  }) => {
    await createPerson(aws, "hasty", { password: PASSWORD });
    await emulator.aws.json("logs", "Logs_20140328.CreateLogGroup", { logGroupName: "closed" });
    await aws.query("iam", "CreateRole", {
      RoleName: "idle",
      AssumeRolePolicyDocument: TRUST,
    });
    await page.goto("/_cairn/console/sign-in?to=/trails/create");
    await enterCredentials(page, "hasty", PASSWORD);
    await page.getByLabel("Trail name").fill("hasty");
    await page.getByLabel("Name of the new bucket").fill("hasty-logs");
    await page.getByLabel("CloudWatch Logs").check();
    await page.getByLabel("Log group ARN").fill(group("closed"));
    await page.getByLabel("IAM role ARN").fill(LOGS_ROLE.replace("to-logs", "idle"));
    await next(page);
    await next(page);
    await page.getByRole("button", { name: "Create trail" }).click();
    const dialog = page.getByRole("dialog", { name: "It could not be finished" });
    await expect(
      dialog.getByText(/The role must let CloudTrail in and may write to the group/),
    ).toBeVisible();
    await dialog.getByRole("button", { name: "Back to the settings" }).click();
    await page.getByRole("button", { name: "Previous" }).click();
    await page.getByRole("button", { name: "Previous" }).click();
    await expect(page.getByLabel("IAM role ARN")).toHaveValue(LOGS_ROLE.replace("to-logs", "idle"));
  });
});

const letPublish = (aws: Aws, topic: string) =>
  aws.query("sns", "SetTopicAttributes", {
    TopicArn: topic,
    AttributeName: "Policy",
    AttributeValue: document({
      Sid: "AWSCloudTrailSNSPolicy20131101",
      Effect: "Allow",
      Principal: SERVICE,
      Action: "SNS:Publish",
      Resource: topic,
    }),
  });

/** All that a log group has, as one text. */
async function linesOf(aws: Aws, name: string): Promise<string> {
  const asked = { logGroupName: name };
  const answer = await aws.json<{ events: { message: string }[] }>(
    "logs",
    "Logs_20140328.FilterLogEvents",
    asked,
  );
  return answer.events.map(({ message }) => message).join("\n");
}
