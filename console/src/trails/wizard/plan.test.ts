import { describe, expect, test } from "vitest";
import { attributeFaults, bucketFault, nameFault } from "./attribute-faults";
import {
  type Draft,
  newDraft,
  readInsights,
  restOf,
  selectorDraft,
  selectorsOf,
  writeInsights,
} from "./draft";
import { loggedBy } from "./logged";
import { changedTags, NEW_KEY, planCreate, planRest, planUpdate, type Step } from "./plan";
import { commands, doing } from "./words";

const PLACE = { region: "eu-central-1", account: "111122223333" };
const ARN = "arn:aws:cloudtrail:eu-central-1:111122223333:trail/main";
const DRAFT: Draft = { ...newDraft("111122223333", "1a2b"), name: "main" };

const operations = (steps: Step[]) =>
  steps.map((step) => (step.kind === "call" ? step.operation : step.kind));
const input = (steps: Step[], operation: string) =>
  steps.flatMap((step) => (step.kind === "call" && step.operation === operation ? [step.input] : []))[0];

describe("a new trail", () => {
  test("gets a bucket, covers all Regions, signs digests and starts", () => {
    const steps = planCreate(DRAFT, PLACE);
    expect(operations(steps)).toEqual(["bucket", "CreateTrail", "PutEventSelectors", "StartLogging"]);
    expect(input(steps, "CreateTrail")).toEqual({
      Name: "main",
      S3BucketName: "cloudtrail-logs-111122223333-1a2b",
      IsMultiRegionTrail: true,
      IncludeGlobalServiceEvents: true,
      EnableLogFileValidation: true,
    });
  });

  test("with everything", () => {
    const draft: Draft = {
      ...DRAFT,
      bucketFrom: "existing",
      bucket: "logs",
      prefix: "audit",
      keyFrom: "new",
      newKeyAlias: "trail",
      topicOn: true,
      topic: "told",
      logsOn: true,
      logGroup: "group",
      logRole: "role",
      recursive: false,
      organization: true,
      tags: [
        { Key: "team", Value: "audit" },
        { Key: "bare", Value: "" },
      ],
      insights: { Management: { rate: true, errors: false }, Data: { rate: false, errors: false } },
      aggregations: ["API_ACTIVITY"],
    };
    const steps = planCreate(draft, PLACE);
    expect(operations(steps)).toEqual([
      "key",
      "CreateTrail",
      "PutEventSelectors",
      "PutEventConfiguration",
      "PutInsightSelectors",
      "StartLogging",
    ]);
    expect(input(steps, "CreateTrail")).toMatchObject({
      S3KeyPrefix: "audit",
      KmsKeyId: NEW_KEY,
      SnsTopicName: "told",
      CloudWatchLogsLogGroupArn: "group",
      CloudWatchLogsRoleArn: "role",
      RecursiveLogging: false,
      IsOrganizationTrail: true,
      TagsList: [{ Key: "team", Value: "audit" }, { Key: "bare" }],
    });
  });

  test("of an organization, lets the management account's trails and the members' folder in", () => {
    const organization = { id: "o-1", management: "444455556666" };
    const [bucket] = planCreate({ ...DRAFT, organization: true }, { ...PLACE, organization });
    expect(bucket?.kind === "bucket" && bucket.delivery).toMatchObject({
      owner: "444455556666",
      organization: "o-1",
    });
  });
});

describe("what comes after CreateTrail", () => {
  const full: Draft = {
    ...DRAFT,
    insights: { Management: { rate: true, errors: false }, Data: { rate: false, errors: false } },
    aggregations: ["API_ACTIVITY"],
  };
  const names = (steps: Step[]) =>
    steps.flatMap((step) =>
      step.kind === "call" && step.operation !== "CreateTrail"
        ? [step.input.TrailName ?? step.input.Name]
        : [],
    );

  test("names the trail by its ARN", () =>
    expect(names(planCreate(full, PLACE))).toEqual([ARN, ARN, ARN, ARN]));

  test("names the management account's where an administrator makes the organization's", () => {
    const organization = { id: "o-1", management: "444455556666" };
    const steps = planCreate({ ...full, organization: true }, { ...PLACE, organization });
    expect(new Set(names(steps))).toEqual(new Set([ARN.replace("111122223333", "444455556666")]));
  });

  test("is done later where it was refused, logging last", () => {
    const made: Draft = { ...newDraft("", ""), bucketFrom: "existing", bucket: "logs", name: "main" };
    const before = { ...made, selectors: selectorDraft({ EventSelectors: [] }) };
    const after = { ...before, ...restOf(full) };
    expect(operations(planRest(before, after, ARN, PLACE))).toEqual([
      "PutEventSelectors",
      "PutEventConfiguration",
      "PutInsightSelectors",
      "StartLogging",
    ]);
    expect(planRest(before, before, ARN, PLACE)).toEqual([
      { kind: "call", region: "eu-central-1", operation: "StartLogging", input: { Name: ARN } },
    ]);
  });
});

describe("a changed trail", () => {
  const before: Draft = { ...DRAFT, bucketFrom: "existing", bucket: "logs" };
  const cases: [string, Partial<Draft>, Record<string, unknown>][] = [
    ["validation off", { validation: false }, { EnableLogFileValidation: false }],
    ["a prefix", { prefix: "p" }, { S3KeyPrefix: "p" }],
    ["another bucket", { bucket: "other" }, { S3BucketName: "other" }],
    ["a key", { keyFrom: "existing", key: "alias/k" }, { KmsKeyId: "alias/k" }],
    ["one Region", { multiRegion: false }, { IsMultiRegionTrail: false }],
  ];
  test.each(cases)("%s", (_, change, expected) => {
    const steps = planUpdate(before, { ...before, ...change }, ARN, PLACE);
    expect(operations(steps)).toEqual(["UpdateTrail"]);
    expect(input(steps, "UpdateTrail")).toEqual({ Name: ARN, ...expected });
  });

  test("nothing where nothing changed", () =>
    expect(planUpdate(before, { ...before }, ARN, PLACE)).toEqual([]));

  test("what is switched off is taken away with an empty text", () => {
    const full = {
      ...before,
      keyFrom: "existing" as const,
      key: "k",
      topicOn: true,
      topic: "t",
      logsOn: true,
      logGroup: "g",
      logRole: "r",
    };
    expect(input(planUpdate(full, before, ARN, PLACE), "UpdateTrail")).toEqual({
      Name: ARN,
      KmsKeyId: "",
      SnsTopicName: "",
      CloudWatchLogsLogGroupArn: "",
      CloudWatchLogsRoleArn: "",
    });
  });

  test("a role that changes goes with its group", () => {
    const logs = { ...before, logsOn: true, logGroup: "g", logRole: "r" };
    const steps = planUpdate(logs, { ...logs, logRole: "s" }, ARN, PLACE);
    expect(input(steps, "UpdateTrail")).toEqual({
      Name: ARN,
      CloudWatchLogsLogGroupArn: "g",
      CloudWatchLogsRoleArn: "s",
    });
  });

  test("selectors, insights and tags each have a call", () => {
    const after: Draft = {
      ...before,
      selectors: selectorDraft({ EventSelectors: [] }),
      insights: { Management: { rate: true, errors: true }, Data: { rate: false, errors: false } },
      tags: [{ Key: "a", Value: "1" }],
    };
    expect(operations(planUpdate(before, after, ARN, PLACE))).toEqual([
      "PutEventSelectors",
      "PutInsightSelectors",
      "AddTags",
    ]);
  });
});

test("tags: what is new or has another value is added, what is gone is removed", () => {
  const before = [{ Key: "a", Value: "1" }, { Key: "b" }, { Key: "c", Value: "3" }];
  const after = [
    { Key: "a", Value: "2" },
    { Key: "b", Value: "" },
    { Key: "d", Value: "" },
  ];
  expect(changedTags(before, after)).toEqual({
    // A value that is empty would be refused.
    added: [{ Key: "a", Value: "2" }, { Key: "d" }],
    removed: [{ Key: "c" }],
  });
});

test("insight selectors are read and written again", () => {
  const selectors = [
    { InsightType: "ApiCallRateInsight" as const, EventCategories: ["Management" as const, "Data" as const] },
    { InsightType: "ApiErrorRateInsight" as const, EventCategories: ["Data" as const] },
  ];
  expect(writeInsights(readInsights(selectors))).toEqual(selectors);
  expect(readInsights([{ InsightType: "ApiErrorRateInsight" }]).Management).toEqual({
    rate: false,
    errors: true,
  });
});

test("selectors that no form can hold are edited as JSON, and are not lost", () => {
  const strange = {
    AdvancedEventSelectors: [{ FieldSelectors: [{ Field: "eventCategory", Equals: ["Insight"] }] }],
  };
  const draft = selectorDraft(strange);
  expect(draft.view).toBe("json");
  expect(selectorsOf(draft)).toEqual(strange);
  expect(selectorsOf({ ...draft, text: "[" })).toBeUndefined();
});

test("what is logged decides what Insights can look at", () => {
  const basic = {
    ReadWriteType: "ReadOnly" as const,
    IncludeManagementEvents: true,
    DataResources: [],
    ExcludeManagementEventSources: [],
  };
  expect(loggedBy({ EventSelectors: [basic] })).toEqual({
    managementReads: true,
    managementWrites: false,
    data: false,
  });
});

test.each([
  ["", /Enter/],
  ["ab", /at least 3/],
  ["a b", /letters/],
  ["-ab", /begins/],
  ["a--b", /beside/],
  ["10.0.0.1", /IP/],
  ["x".repeat(129), /at most/],
])("the name %s is refused", (name, fault) => expect(nameFault(name)).toMatch(fault));

test.each([["a"], ["-abc"], ["Abc"], ["a..b"], ["a.-b"], ["192.168.0.1"], ["a_b"]])(
  "the bucket %s is refused",
  (name) => expect(bucketFault(name)).toBeDefined(),
);

test("a trail that is changed needs no name, and what is switched on needs its value", () => {
  expect(attributeFaults({ ...DRAFT, name: "" }, false)).toEqual({});
  const faults = attributeFaults(
    { ...DRAFT, keyFrom: "new", topicOn: true, logsOn: true, prefix: "a/" },
    true,
  );
  expect(Object.keys(faults).sort()).toEqual(["logGroup", "logRole", "newKeyAlias", "prefix", "topic"]);
  const existing = (bucket: string) => attributeFaults({ ...DRAFT, bucketFrom: "existing", bucket }, true);
  expect([existing("logs"), existing("")]).toEqual([{}, { bucket: "Choose or enter a bucket." }]);
  expect(existing("No Bucket").bucket).toMatch(/lowercase/);
});

test("every step has words and commands that a shell takes", () => {
  const steps = planCreate({ ...DRAFT, keyFrom: "new", newKeyAlias: "k", tags: [{ Key: "it's" }] }, PLACE);
  expect(steps.map(doing)[0]).toBe("Make the bucket cloudtrail-logs-111122223333-1a2b with its policy");
  const create = steps.flatMap(commands).find((command) => command.startsWith("aws cloudtrail create-trail"));
  expect(create).toBe(
    "aws cloudtrail create-trail --region eu-central-1 --name main --s3-bucket-name cloudtrail-logs-111122223333-1a2b " +
      '--is-multi-region-trail --include-global-service-events --enable-log-file-validation --kms-key-id "$key" ' +
      `--tags-list '[{"Key":"it'\\''s"}]'`,
  );
});
