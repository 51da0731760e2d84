import { expect, test } from "vitest";
import type { AdvancedFieldSelector } from "../../api/trails";
import { takesOwnDeliveries } from "./own-deliveries";

const objects = (...more: AdvancedFieldSelector[]) => ({
  AdvancedEventSelectors: [
    {
      FieldSelectors: [
        { Field: "eventCategory", Equals: ["Data"] },
        { Field: "resources.type", Equals: ["AWS::S3::Object"] },
        ...more,
      ],
    },
  ],
});
const ARN = "resources.ARN";
const LOGS = { bucket: "logs", prefix: "" };

test.each<[string, AdvancedFieldSelector[], boolean]>([
  ["all objects", [], true],
  ["writes", [{ Field: "readOnly", Equals: ["false"] }], true],
  ["reads", [{ Field: "readOnly", Equals: ["true"] }], false],
  ["the bucket", [{ Field: ARN, StartsWith: ["arn:aws:s3:::logs/"] }], true],
  ["a part of the bucket", [{ Field: ARN, StartsWith: ["arn:aws:s3:::logs/AWSLogs/1/"] }], true],
  ["another bucket", [{ Field: ARN, StartsWith: ["arn:aws:s3:::shop/"] }], false],
  ["all but the bucket", [{ Field: ARN, NotStartsWith: ["arn:aws:s3:::logs/"] }], false],
  ["another call", [{ Field: "eventName", Equals: ["DeleteObject"] }], false],
  ["a caller", [{ Field: "userIdentity.arn", Equals: ["arn:aws:iam::1:user/a"] }], false],
  ["all but a caller", [{ Field: "userIdentity.arn", NotEquals: ["arn:aws:iam::1:user/a"] }], true],
])("%s", (_, conditions, expected) =>
  expect(takesOwnDeliveries(objects(...conditions), LOGS)).toBe(expected),
);

test.each<[string, AdvancedFieldSelector, boolean]>([
  ["the prefix", { Field: ARN, StartsWith: ["arn:aws:s3:::logs/audit/"] }, true],
  ["another folder", { Field: ARN, StartsWith: ["arn:aws:s3:::logs/AWSLogs/"] }, false],
  ["all but another folder", { Field: ARN, NotStartsWith: ["arn:aws:s3:::logs/AWSLogs/"] }, true],
  ["all but the prefix", { Field: ARN, NotStartsWith: ["arn:aws:s3:::logs/audit/"] }, false],
])("below a prefix: %s", (_, condition, expected) =>
  expect(takesOwnDeliveries(objects(condition), { bucket: "logs", prefix: "audit" })).toBe(expected),
);

test("management events, basic selectors, none", () => {
  const basic = (Values: string[]) => ({
    EventSelectors: [
      {
        ReadWriteType: "WriteOnly" as const,
        IncludeManagementEvents: true,
        DataResources: [{ Type: "AWS::S3::Object", Values }],
        ExcludeManagementEventSources: [],
      },
    ],
  });
  expect(takesOwnDeliveries(basic(["arn:aws:s3"]), LOGS)).toBe(true);
  expect(takesOwnDeliveries(basic(["arn:aws:s3:::shop/"]), LOGS)).toBe(false);
  expect(takesOwnDeliveries(undefined, LOGS)).toBe(false);
});
