import { expect, test } from "vitest";
import { record, silence } from "./samples";
import { shares, who } from "./shares";
import { readTold, type Told } from "./told";

function told(of: unknown): Told {
  const told = readTold(of);
  if (!told) throw new Error("the sample makes no sense");
  return told;
}

const row = (share: ReturnType<typeof shares>[number]) => [
  share.by,
  share.name,
  share.now,
  share.usual,
  share.part === undefined ? undefined : Math.round(share.part * 100),
];

test("a surge is put down to those who called more", () => {
  const of = told(record("End", "2026-03-02T12:11:00Z"));
  expect(shares(of, "surge").map(row)).toEqual([
    ["Caller", "assumed-role/fleet", 23.714286, 0.42, 89],
    ["Caller", "assumed-role/ci", 3, 0, 11],
    ["Client", "aws-sdk-go/1.55", 26.714286, 0.42, 100],
    ["Result", "Succeeded", 26.714286, 0.42, 100],
  ]);
  expect(who(of, "surge")).toEqual({ name: "assumed-role/fleet", more: 1 });
});

test("a silence is put down to those who called before", () => {
  const of = told(silence().start);
  expect(shares(of, "silence").map(row)[0]).toEqual(["Caller", "assumed-role/fleet", 0, 20, 100]);
  expect(who(of, "silence")).toEqual({ name: "assumed-role/fleet", more: 0 });
});

test("runs of one client are one, and what is not told is said", () => {
  const of = told(record("Start", "2026-03-02T12:04:00Z"));
  const agents = ["[aws-cli/1.46.3 md/a]", "[aws-cli/1.46.3 md/b]", "Boto3/1.40 c"];
  const insight = agents.map((value) => ({ value, average: 3 }));
  const attributions = [{ attribute: "userAgent", insight, baseline: [{ value: "x", average: 1 }] }];
  const many = { ...of, attributions, insight: { average: 45, minutes: 1 } };
  expect(shares(many, "surge").map(row)).toEqual([
    ["Client", "aws-cli/1.46.3", 6, 0, 13],
    ["Client", "Boto3/1.40", 3, 0, 7],
    ["Client", "Others", 36, undefined, 80],
  ]);
});

test("a client is named without the brackets that a console puts around it", () => {
  const of = told(record("Start", "2026-03-02T12:04:00Z"));
  const insight = ["[S3Console/0.4]", "[aws-sdk-java/2.0 kotlin/1]"].map((value) => ({
    value,
    average: 3,
  }));
  const attributions = [{ attribute: "userAgent", insight, baseline: [] }];
  expect(shares({ ...of, attributions }, "surge").map(({ name }) => name)).toEqual([
    "S3Console/0.4",
    "aws-sdk-java/2.0",
    "Others",
  ]);
});

test("of more values than a record tells, those that are missing were few", () => {
  const of = told(record("Start", "2026-03-02T12:04:00Z"));
  const five = ["a", "b", "c", "d", "e"].map((value) => ({ value, average: 6.2 }));
  const attributions = [{ attribute: "errorCode", insight: five, baseline: [] }];
  expect(shares({ ...of, attributions }, "surge")[0]?.usual).toBeUndefined();
});

test.each([{}, null, "text", [], { eventTime: "2026-03-02T12:04:00Z", eventID: "a" }])(
  "%o is no insight",
  (other) => {
    expect(readTold(other)).toBeUndefined();
  },
);
