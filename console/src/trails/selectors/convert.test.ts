import { describe, expect, test } from "vitest";
import type { AdvancedEventSelector, EventSelector } from "../../api/trails";
import { toAdvanced, toBasic } from "./convert";

interface Event {
  category: "Management" | "Data";
  readOnly: boolean | undefined;
  source: string;
  type: string;
  arn: string;
}

/** What a basic selector takes, read off the reference (§6.1) without a thought of advanced ones. */
function basicTakes(selector: EventSelector, event: Event): boolean {
  const { ReadWriteType: access } = selector;
  if (access !== "All" && event.readOnly !== (access === "ReadOnly")) return false;
  if (event.category === "Management") {
    return selector.IncludeManagementEvents && !selector.ExcludeManagementEventSources.includes(event.source);
  }
  return selector.DataResources.some(
    ({ Type, Values }) => Type === event.type && Values.some((value) => holds(Type, value, event.arn)),
  );
}

function holds(type: string, value: string, arn: string): boolean {
  if (["arn:aws:s3", "arn:aws:s3:::", "arn:aws:lambda", "arn:aws:dynamodb"].includes(value)) return true;
  if (type === "AWS::S3::Object") return arn.startsWith(value);
  return (
    arn === value || (type === "AWS::Lambda::Function" && arn.split(":").slice(0, 7).join(":") === value)
  );
}

/** What an advanced selector takes (§6.3). */
function advancedTakes(selector: AdvancedEventSelector, event: Event): boolean {
  const readOnly = event.readOnly === undefined ? undefined : String(event.readOnly);
  const values: Record<string, string | undefined> = {
    eventCategory: event.category,
    readOnly,
    eventSource: event.source,
    "resources.type": event.type,
    "resources.ARN": event.arn,
  };
  return selector.FieldSelectors.every(({ Field, Equals, StartsWith, NotEquals }) => {
    const value = values[Field];
    const selected =
      (!Equals && !StartsWith) ||
      (value !== undefined &&
        (Equals?.includes(value) || StartsWith?.some((start) => value.startsWith(start))));
    return selected && !(value !== undefined && NotEquals?.includes(value));
  });
}

/** Numbers that are the same on every run. */
function dice(seed: number) {
  let state = seed;
  return (sides: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

const VALUES: Record<string, string[]> = {
  "AWS::S3::Object": [
    "arn:aws:s3:::",
    "arn:aws:s3",
    "arn:aws:s3:::a/",
    "arn:aws:s3:::a/b",
    "arn:aws:s3:::ab/",
  ],
  "AWS::Lambda::Function": [
    "arn:aws:lambda",
    "arn:aws:lambda:r:1:function:f",
    "arn:aws:lambda:r:1:function:ff",
  ],
  "AWS::DynamoDB::Table": ["arn:aws:dynamodb", "arn:aws:dynamodb:r:1:table/t"],
};
const ARNS = [
  "arn:aws:s3:::a/b",
  "arn:aws:s3:::a/c",
  "arn:aws:s3:::ab/b",
  "arn:aws:lambda:r:1:function:f",
  "arn:aws:lambda:r:1:function:f:live",
  "arn:aws:lambda:r:1:function:ff",
  "arn:aws:dynamodb:r:1:table/t",
  "arn:aws:dynamodb:r:1:table/u",
];

const EVENTS: Event[] = ["Management" as const, "Data" as const].flatMap((category) =>
  [true, false, undefined].flatMap((readOnly) =>
    ["kms.amazonaws.com", "s3.amazonaws.com"].flatMap((source) =>
      Object.keys(VALUES).flatMap((type) => ARNS.map((arn) => ({ category, readOnly, source, type, arn }))),
    ),
  ),
);

function anyBasic(roll: (sides: number) => number): EventSelector {
  const types = Object.keys(VALUES).filter(() => roll(2) === 0);
  return {
    ReadWriteType: (["All", "ReadOnly", "WriteOnly"] as const)[roll(3)] ?? "All",
    IncludeManagementEvents: roll(2) === 0,
    ExcludeManagementEventSources: roll(2) === 0 ? ["kms.amazonaws.com"] : [],
    DataResources: types.map((Type) => ({ Type, Values: VALUES[Type]?.filter(() => roll(3) === 0) ?? [] })),
  };
}

test("advanced selectors take what the basic ones took that they were made of", () => {
  const roll = dice(8);
  for (let round = 0; round < 300; round += 1) {
    const basic = Array.from({ length: 1 + roll(3) }, () => anyBasic(roll));
    const advanced = toAdvanced(basic);
    const back = toBasic(advanced);
    for (const event of EVENTS) {
      const taken = basic.some((selector) => basicTakes(selector, event));
      const again = !back || back.some((selector) => basicTakes(selector, event)) === taken;
      const same = advanced.some((selector) => advancedTakes(selector, event)) === taken;
      if (!same || !again) expect.fail(JSON.stringify({ basic, event, taken, advanced, back }));
    }
  }
});

describe("advanced selectors that basic ones can't say", () => {
  const data = (type: string, ...more: AdvancedEventSelector["FieldSelectors"]) => ({
    FieldSelectors: [
      { Field: "eventCategory", Equals: ["Data"] },
      { Field: "resources.type", Equals: [type] },
      ...more,
    ],
  });
  test.each([
    ["another type", data("AWS::SQS::Queue")],
    ["a name", data("AWS::S3::Object", { Field: "eventName", Equals: ["GetObject"] })],
    ["one object", data("AWS::S3::Object", { Field: "resources.ARN", Equals: ["arn:aws:s3:::a/b"] })],
    [
      "buckets by prefix",
      data("AWS::S3::Object", { Field: "resources.ARN", StartsWith: ["arn:aws:s3:::a"] }),
    ],
    [
      "what is left out",
      data("AWS::S3::Object", { Field: "resources.ARN", NotStartsWith: ["arn:aws:s3:::a/"] }),
    ],
    [
      "functions by prefix",
      data("AWS::Lambda::Function", { Field: "resources.ARN", StartsWith: ["arn:aws:lambda:"] }),
    ],
  ])("%s", (_, selector) => expect(toBasic([selector])).toBeUndefined());
});
