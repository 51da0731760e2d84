import { expect } from "./fixtures";
import type { Aws } from "./world/aws";
import { EMULATOR_MISSING } from "./world/emulator";
import { ACCOUNT, REGION } from "./world/generated-events";
import { testBesideEmulator } from "./world/own-server";
import { createPerson, enterCredentials } from "./world/person";
import { waitFor } from "./world/server";

const BUCKET = "elsewhere-logs";
const TRAIL = `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/afar`;
const PAGE = `/integrity?trail=${encodeURIComponent(TRAIL)}`;
const PASSWORD = "Proves-what-lies-afar-6";

/** A server whose trails deliver to an emulator's S3. */
const test = testBesideEmulator(["s3"], {
  "digest.interval": "10m",
  // A transparency log would complain of the bucket that goes.
  "tlog.enabled": "false",
});

test.describe.configure({ mode: "serial" });
test.skip(EMULATOR_MISSING !== undefined, EMULATOR_MISSING);

test("a trail that delivers elsewhere is validated, and what is wrong or can't be read is said", async ({
  page,
  aws,
  world: { emulator },
  look,
}) => {
  test.slow();
  await createPerson(aws, "prover", { password: PASSWORD });
  await deliver(aws, emulator.aws);
  await page.goto(`/_cairn/console/sign-in?to=${encodeURIComponent(PAGE)}`);
  await enterCredentials(page, "prover", PASSWORD);
  await page.getByRole("button", { name: "Validate" }).click();
  await expect(page.getByText("Everything is as it was delivered")).toBeVisible();
  await page.getByRole("button", { name: "Check it yourself" }).click();
  await expect(page.getByText(/let AWS_ENDPOINT_URL_S3 name it/)).toBeVisible();

  // What Cairn delivers with may not read any more.
  await deny(emulator.aws, "GetObject");
  await page.getByRole("button", { name: "Validate" }).click();
  await expect(page.getByText("Not everything could be checked")).toBeVisible();
  await expect(page.getByText(/Cairn's own credentials, which deliver to this bucket, lack/)).toContainText(
    "s3:GetObject",
  );
  const row = page.getByRole("row").filter({ hasText: "CloudTrail-Digest" }).first();
  await expect(row).toContainText("Not checked");
  await row.getByRole("button", { name: /Cairn's own credentials lack s3:GetObject/ }).click();
  await expect(page.getByText(/Whoever runs Cairn can give those credentials/)).toBeVisible();
  await page.keyboard.press("Escape");
  await look("integrity-elsewhere-denied");
  await emulator.aws.s3("DELETE", `/${BUCKET}?policy=`);

  // Somebody changes a file there.
  const [file = ""] = await keys(emulator.aws, `CloudTrail/${REGION}/`);
  await emulator.aws.s3("PUT", `/${BUCKET}/${file}`, "forged");
  await page.getByRole("button", { name: "Validate" }).click();
  await expect(page.getByText("Something was changed, removed or forged")).toBeVisible();
  const changed = page.getByRole("row").filter({ hasText: file.split("/").at(-1) ?? "" });
  await expect(changed).toContainText("Invalid");

  // The bucket goes.
  for (const key of await keys(emulator.aws, "")) await emulator.aws.s3("DELETE", `/${BUCKET}/${key}`);
  await emulator.aws.s3("DELETE", `/${BUCKET}`);
  await page.getByRole("button", { name: "Validate" }).click();
  await expect(page.getByText(`There is no bucket ${BUCKET} where Cairn delivers to now.`)).toBeVisible();
  await look("integrity-elsewhere-gone");
});

/** A trail that has delivered to the emulator, and whose last digest is there because it stopped. */
async function deliver(aws: Aws, there: Aws): Promise<void> {
  await there.s3("PUT", `/${BUCKET}`);
  const input = { Name: "afar", S3BucketName: BUCKET, EnableLogFileValidation: true };
  await aws.cloudtrail("CreateTrail", input);
  await aws.cloudtrail("StartLogging", { Name: "afar" });
  await aws.query("iam", "CreateUser", { UserName: "afar-1" });
  await waitFor(async () => (await keys(there, `CloudTrail/${REGION}/`)).length > 0, "a file is delivered");
  await aws.cloudtrail("StopLogging", { Name: "afar" });
  const digest = `CloudTrail-Digest/${REGION}/`;
  await waitFor(async () => (await keys(there, digest)).length > 0, "the last digest is delivered");
}

async function deny(there: Aws, action: string): Promise<void> {
  const Resource = `arn:aws:s3:::${BUCKET}/*`;
  const Statement = [{ Effect: "Deny", Principal: "*", Action: `s3:${action}`, Resource }];
  await there.s3("PUT", `/${BUCKET}?policy=`, JSON.stringify({ Version: "2012-10-17", Statement }));
}

/** The keys of a part of the account's folder. */
async function keys(there: Aws, part: string): Promise<string[]> {
  const prefix = encodeURIComponent(`AWSLogs/${ACCOUNT}/${part}`);
  const listed = await there.s3("GET", `/${BUCKET}?list-type=2&prefix=${prefix}`);
  return [...listed.matchAll(/<Key>([^<]+)<\/Key>/g)].flatMap(([, key]) => key ?? []);
}
