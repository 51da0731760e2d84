import { expect } from "./fixtures";
import { ACCOUNT } from "./world/generated-events";
import { awsOf, serving, testOn } from "./world/own-server";
import { createPerson, enterCredentials } from "./world/person";
import type { Server } from "./world/server";
import { next } from "./world/wizard";

const PASSWORD = "Keeps-what-nobody-else-reads-8";

/** A key that is disabled on purpose is told of by the server's log. */
const PROVOKED = /:trail\/e2e-kept-secret"|"error":"use the object's data key"/;

const test = testOn<{ server: Server }>((use) =>
  serving({}, PROVOKED, async (server) => {
    await createPerson(awsOf(server), "keeper", { password: PASSWORD });
    await use({ server });
  }),
);

test.beforeEach(async ({ page }) => {
  await page.goto("/_cairn/console/sign-in?to=/trails/create");
  await enterCredentials(page, "keeper", PASSWORD);
  await expect(page.getByLabel("Trail name")).toBeVisible();
});

test("a trail is encrypted with a key that is made on the way, and its file is read with it", async ({
  page,
  aws,
  look,
}) => {
  test.slow();
  await page.getByLabel("Trail name").fill("e2e-kept-secret");
  await page.getByLabel("Name of the new bucket").fill("e2e-kept-secret-logs");
  await page.getByRole("radio", { name: "Create a key" }).check({ force: true });
  await next(page);
  await expect(page.getByText(/Enter an alias of letters/)).toBeVisible();
  await page.getByLabel("Alias of the new key").fill("e2e-kept-key");
  await look("trail-create-key");
  await next(page);
  await next(page);
  await expect(page.getByRole("listitem").filter({ hasText: "e2e-kept-key" })).toBeVisible();
  await page.getByRole("button", { name: "Create trail" }).click();
  await expect(page.getByText("Trail e2e-kept-secret was created, and logs.")).toBeVisible();
  const { Trail } = await aws.cloudtrail<{ Trail: { KmsKeyId: string } }>("GetTrail", {
    Name: "e2e-kept-secret",
  });
  expect(Trail.KmsKeyId).toMatch(new RegExp(`^arn:aws:kms:us-east-1:${ACCOUNT}:key/`));
  await expect(page.getByText(Trail.KmsKeyId).first()).toBeVisible();

  await aws.query("iam", "CreateUser", { UserName: `kept-${Date.now()}` });
  const files = page.getByRole("table", { name: "Newest log files" });
  const file = files.getByRole("row").filter({ hasText: ".json.gz" }).first();
  await expect(file).toBeVisible({ timeout: 60_000 });
  const download = page.waitForEvent("download");
  await file.getByRole("button", { name: /^Download/ }).click();
  expect((await download).suggestedFilename()).toMatch(/\.json$/);
  await look("trail-encrypted");

  // What a disabled key means for the trail is told where it is looked at; enabled again it goes on.
  await aws.json("kms", "TrentService.DisableKey", { KeyId: Trail.KmsKeyId });
  await aws.query("iam", "CreateUser", { UserName: `kept-later-${Date.now()}` });
  await expect(page.getByText(/Log files can't be delivered: /)).toBeVisible({ timeout: 60_000 });
  await look("trail-key-disabled");
  await aws.json("kms", "TrentService.EnableKey", { KeyId: Trail.KmsKeyId });
  await expect(page.getByText(/Log files can't be delivered: /)).toBeHidden({ timeout: 90_000 });
});

test("a key that is there is chosen by its alias, and refused where CloudTrail may not use it", async ({
  page,
  aws,
}) => {
  const { KeyMetadata } = await aws.json<{ KeyMetadata: { KeyId: string } }>("kms", "TrentService.CreateKey");
  await aws.json("kms", "TrentService.CreateAlias", {
    AliasName: "alias/e2e-kept-closed",
    TargetKeyId: KeyMetadata.KeyId,
  });
  await page.getByLabel("Trail name").fill("e2e-kept-closed");
  await page.getByLabel("Name of the new bucket").fill("e2e-kept-closed-logs");
  await page.getByRole("radio", { name: "Use a key that is there" }).check({ force: true });
  await page.getByRole("combobox", { name: "KMS key" }).click();
  await page.getByRole("option", { name: "alias/e2e-kept-closed" }).click();
  await next(page);
  await next(page);
  await page.getByRole("button", { name: "Create trail" }).click();
  const dialog = page.getByRole("dialog", { name: "It could not be finished" });
  await expect(dialog.getByText(/The key's policy must let CloudTrail encrypt/)).toBeVisible();
  const { trailList } = await aws.cloudtrail<{ trailList: { Name: string }[] }>("DescribeTrails");
  expect(trailList.map(({ Name }) => Name)).not.toContain("e2e-kept-closed");
});

test("network activity events are chosen by service and VPC endpoint, and shown as they were chosen", async ({
  page,
  aws,
  look,
}) => {
  await page.getByLabel("Trail name").fill("e2e-kept-network");
  await page.getByLabel("Name of the new bucket").fill("e2e-kept-network-logs");
  await next(page);
  await page.getByLabel("Network activity events", { exact: true }).check();
  await next(page);
  await expect(page.getByText("Choose an event source.")).toBeVisible();
  await page.getByRole("button", { name: /^Event source/ }).click();
  // The list is long: what is typed narrows it down.
  await page.keyboard.type("secretsm");
  await page.getByRole("option", { name: "secretsmanager.amazonaws.com" }).click();
  await page.getByRole("button", { name: /Log selector template/ }).click();
  await page
    .getByRole("option", { name: /denied/i })
    .first()
    .click();
  await look("trail-create-network");
  await next(page);
  await expect(page.getByText(/secretsmanager/).first()).toBeVisible();
  await page.getByRole("button", { name: "Create trail" }).click();
  await expect(page.getByText("Trail e2e-kept-network was created, and logs.")).toBeVisible();
  await expect(page.getByText("Network activity events").first()).toBeVisible();
  await look("trail-network");
  const { AdvancedEventSelectors } = await aws.cloudtrail<{
    AdvancedEventSelectors: { FieldSelectors: object[] }[];
  }>("GetEventSelectors", { TrailName: "e2e-kept-network" });
  const network = AdvancedEventSelectors.map(({ FieldSelectors }) => FieldSelectors).find((fields) =>
    JSON.stringify(fields).includes("NetworkActivity"),
  );
  expect(network).toEqual([
    { Field: "eventCategory", Equals: ["NetworkActivity"] },
    { Field: "eventSource", Equals: ["secretsmanager.amazonaws.com"] },
    { Field: "errorCode", Equals: ["VpceAccessDenied"] },
  ]);
});
