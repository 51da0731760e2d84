import { randomUUID } from "node:crypto";
import { expect, type Page } from "@playwright/test";
import { ACCOUNT, REGION } from "./generated-events";

/** The rows of the table of events. */
export const rows = (page: Page) => page.getByRole("table", { name: "Events" }).locator("tbody tr");

/** The address of Event history. */
export const events = (query = "") => `/_cairn/console/events${query}`;

/** The table has settled: it has rows, and nothing is being looked for. */
export async function settled(page: Page) {
  await expect(rows(page).first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Next page" })).toBeVisible();
  // While the first page is asked for, a row says so.
  await expect(page.getByText("Looking for events")).toHaveCount(0);
}

/** A record of a call that was made right now, as a log file has it. */
export function imported(eventName: string, more: object = {}) {
  return {
    eventVersion: "1.11",
    userIdentity: {
      type: "IAMUser",
      arn: `arn:aws:iam::${ACCOUNT}:user/alice`,
      accountId: ACCOUNT,
      userName: "alice",
    },
    eventTime: `${new Date().toISOString().slice(0, 19)}Z`,
    eventSource: "ec2.amazonaws.com",
    eventName,
    awsRegion: REGION,
    sourceIPAddress: "203.0.113.7",
    userAgent: "aws-cli/2.31.30",
    requestParameters: null,
    responseElements: null,
    requestID: randomUUID(),
    eventID: randomUUID(),
    readOnly: false,
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: ACCOUNT,
    eventCategory: "Management",
    ...more,
  };
}
