import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "./fixtures";
import { type Aws, createTrail } from "./world/aws";
import { ACCOUNT, REGION } from "./world/generated-events";
import { awsOf, serving, testOn } from "./world/own-server";
import { createPerson, enterCredentials } from "./world/person";
import { type Server, waitFor } from "./world/server";

const PASSWORD = "Counts-every-object-that-is-read-6";
const TRAIL = `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/objects`;
const HOUR_MS = 3600e3;

/** Reads of objects in a minute of three hours ago, when two days had none but one an hour. */
const CALLS = 80;
const AT = Math.floor(Date.now() / 60_000) * 60_000 - 3 * HOUR_MS;

/** A server with a trail of data events, whose past an access log tells. */
const test = testOn<{ server: Server }>((use) =>
  serving({}, undefined, async (server) => {
    await observe(awsOf(server));
    const log = join(server.home, "access.log");
    const usual = Array.from({ length: 48 }, (_, hours) => line(AT - (hours + 1) * HOUR_MS, `u${hours}`));
    const surge = Array.from({ length: CALLS }, (_, number) => line(AT + number * 500, `s${number}`));
    writeFileSync(log, [...usual, ...surge].join("\n"));
    const told = await server.import("access-logs", log);
    if (told.recorded !== usual.length + surge.length)
      throw new Error(`${told.recorded} lines were recorded`);
    await waitFor(async () => (await insightsOf(awsOf(server))) === 2, "an insight began and ended");
    await use({ server });
  }),
);

test("an insight of data events is listed with its trail, explained, and leads to its log files", async ({
  page,
  aws,
  look,
}) => {
  await createPerson(aws, "counter", { password: PASSWORD });
  await page.goto("/_cairn/console/sign-in?to=/insights");
  await enterCredentials(page, "counter", PASSWORD);
  const row = page.getByRole("row").filter({ hasText: "GetObject" });
  await expect(row).toHaveCount(1);
  await expect(row).toContainText("user/maya");
  await look("insights-data");
  await row.getByRole("link", { name: /GetObject/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/A surge of GetObject \(s3\)/);
  await expect(page.getByText(`there were ${CALLS} calls in one minute`)).toBeVisible();
  await expect(page.getByText("Data events of objects")).toBeVisible();
  await expect(page.getByRole("row").filter({ hasText: "user/maya" })).toContainText("100%");
  // The event history has no data events.
  await expect(page.getByRole("link", { name: "See the calls" })).toHaveCount(0);
  await look("insight-data");
  const kept = { name: "All that is kept" };
  await page.getByRole("radio", kept).or(page.getByRole("button", kept)).click();
  await expect(page.getByText(/Calls a minute, .* hours? a column/)).toBeVisible();
  await page.getByRole("link", { name: "See the trail's log files" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "objects" })).toBeVisible();
});

test("insights of data events are looked back at, trail by trail", async ({ page, aws }) => {
  await createPerson(aws, "looker", { password: PASSWORD });
  await page.goto("/_cairn/console/sign-in?to=/insights?tab=look-back");
  await enterCredentials(page, "looker", PASSWORD);
  await page.getByRole("button", { name: /Of which events/ }).click();
  await page.getByRole("option", { name: "Data events of objects" }).click();
  await page.getByRole("button", { name: "Look back" }).click();
  await expect(page.getByText(/Looked at \d+ metrics? in/)).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole("row").filter({ hasText: "GetObject" })).toHaveCount(1);
});

/** A trail of objects' data events that is told of insights in them. */
async function observe(aws: Aws): Promise<void> {
  await createTrail(aws, "objects", "objects-logs", ACCOUNT);
  await aws.s3("PUT", "/shop");
  const FieldSelectors = [
    { Field: "eventCategory", Equals: ["Data"] },
    { Field: "resources.type", Equals: ["AWS::S3::Object"] },
  ];
  await aws.cloudtrail("PutEventSelectors", {
    TrailName: "objects",
    AdvancedEventSelectors: [{ FieldSelectors }],
  });
  const InsightSelectors = ["ApiCallRateInsight", "ApiErrorRateInsight"].map((InsightType) => ({
    InsightType,
    EventCategories: ["Data"],
  }));
  await aws.cloudtrail("PutInsightSelectors", { TrailName: "objects", InsightSelectors });
}

/** How many Insights events there are of the trail. */
async function insightsOf(aws: Aws): Promise<number> {
  const asked = { InsightSource: TRAIL, DataType: "InsightsEvents" };
  return (await aws.cloudtrail<{ Events: object[] }>("ListInsightsData", asked)).Events.length;
}

/** A line of S3's server access log: maya reads an object. */
function line(at: number, id: string): string {
  const [day, time] = [new Date(at).toISOString().slice(0, 10), new Date(at).toISOString().slice(11, 19)];
  const [year, month, date] = day.split("-");
  const name = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ")[Number(month) - 1];
  return `79a59df900b949e5 shop [${date}/${name}/${year}:${time} +0000] 192.0.2.3 arn:aws:iam::${ACCOUNT}:user/maya ${id} REST.GET.OBJECT prices.csv "GET /shop/prices.csv HTTP/1.1" 200 - 113 113 7 6 "-" "S3Console/0.4" - host-id= SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader shop.s3.us-east-1.amazonaws.com TLSV1.2 - -`;
}
