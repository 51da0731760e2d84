import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "./fixtures";
import { ACCOUNT } from "./world/generated-events";
import { serving, testOn } from "./world/own-server";
import { createPerson, enterCredentials } from "./world/person";
import type { Server } from "./world/server";

const PASSWORD = "Tells-others-how-it-went-5";

/** A webhook's other end. */
interface Receiver {
  status: number;
  server: HttpServer;
}

/** A server with a webhook whose receiver answers as it is told. */
const test = testOn<{ server: Server; receiver: Receiver }>(async (use) => {
  const receiver: Receiver = {
    status: 204,
    server: createServer((request, response) => {
      request.resume().on("end", () => response.writeHead(receiver.status).end());
    }),
  };
  await new Promise<void>((listening) => receiver.server.listen(0, "127.0.0.1", listening));
  const { port } = receiver.server.address() as AddressInfo;
  const settings = {
    "destinations.siem.type": "webhook",
    "destinations.siem.url": `http://127.0.0.1:${port}/events?token=never-shown`,
  };
  try {
    await serving(
      settings,
      /stream deferred|stream goes on|log file denied|log file delivery deferred|denied; what/,
      (server) => use({ server, receiver }),
    );
  } finally {
    receiver.server.closeAllConnections();
    receiver.server.close();
  }
});

test.describe.configure({ mode: "serial" });

test("a webhook that refuses is told with what helps, and works again", async ({
  page,
  aws,
  world,
  look,
}) => {
  test.slow();
  await createPerson(aws, "watcher", { password: PASSWORD });
  world.receiver.status = 503;
  await page.goto("/_cairn/console/sign-in?to=/delivery");
  await enterCredentials(page, "watcher", PASSWORD);
  await expect(page.getByText("No trail delivers yet")).toBeVisible();
  const destinations = page.getByRole("table", { name: "Destinations" });
  const webhook = destinations.getByRole("row").filter({ hasText: "siem" });
  await expect(async () => {
    await page.getByRole("button", { name: "Refresh delivery health" }).click();
    await expect(webhook).toContainText("Http503", { timeout: 2_000 });
    await expect(webhook).toContainText(/for \d/, { timeout: 2_000 });
  }).toPass({ timeout: 30_000 });
  await expect(page.getByText("A destination needs you")).toBeVisible();
  await expect(page.getByText("never-shown")).toHaveCount(0);
  await look("delivery-webhook-fails");
  await webhook.getByText("Http503").first().click();
  await expect(page.getByText(/Look into its own log/).last()).toBeVisible();
  await page.keyboard.press("Escape");

  world.receiver.status = 204;
  await expect(async () => {
    await page.getByRole("button", { name: "Refresh delivery health" }).click();
    await expect(webhook).toContainText("Works", { timeout: 2_000 });
  }).toPass({ timeout: 45_000 });
  await expect(page.getByText("A destination needs you")).toHaveCount(0);
});

test("what waits for a bucket is told, and destinations not to everybody", async ({ page, aws, look }) => {
  test.slow();
  await aws.s3("PUT", "/waits-logs");
  const resource = ["arn:aws:s3:::waits-logs", `arn:aws:s3:::waits-logs/AWSLogs/${ACCOUNT}/*`];
  const Principal = { Service: "cloudtrail.amazonaws.com" };
  const Statement = [
    { Effect: "Allow", Principal, Action: "s3:GetBucketAcl", Resource: resource[0] },
    { Effect: "Allow", Principal, Action: "s3:PutObject", Resource: resource[1] },
  ];
  const policy = JSON.stringify({ Version: "2012-10-17", Statement });
  await aws.s3("PUT", "/waits-logs?policy=", policy);
  await aws.cloudtrail("CreateTrail", { Name: "waits", S3BucketName: "waits-logs" });
  await aws.s3("DELETE", "/waits-logs?policy=");
  await aws.cloudtrail("StartLogging", { Name: "waits" });
  await aws.s3("PUT", "/waits-something");
  await createPerson(aws, "scoped", {
    password: PASSWORD,
    actions: ["cloudtrail:DescribeTrails", "cloudtrail:LookupEvents"],
  });
  await createPerson(aws, "looker", { password: PASSWORD });
  await page.goto("/_cairn/console/sign-in?to=/delivery");
  await enterCredentials(page, "looker", PASSWORD);
  const waiting = page.getByRole("table", { name: "Waiting for a bucket" });
  await expect(async () => {
    await page.getByRole("button", { name: "Refresh delivery health" }).click();
    await expect(waiting).toContainText(ACCOUNT, { timeout: 2_000 });
  }).toPass({ timeout: 45_000 });
  await expect(waiting).toContainText("AccessDenied");
  await look("delivery-waits");

  await page.context().clearCookies();
  await page.goto("/_cairn/console/sign-in?to=/delivery");
  await enterCredentials(page, "scoped", PASSWORD);
  await expect(page.getByText("Event buses, webhooks and NATS are not told to you")).toBeVisible();
  await expect(page.getByText("siem")).toHaveCount(0);
});
