import { expect, test } from "vitest";
import { tellSelectors } from "./describe";
import { readText, writeText } from "./text";

const MANAGEMENT = { FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }] };
const BASIC = {
  ReadWriteType: "All" as const,
  IncludeManagementEvents: true,
  DataResources: [{ Type: "AWS::S3::Object", Values: ["arn:aws:s3"] }],
  ExcludeManagementEventSources: ["kms.amazonaws.com"],
};

test.each([
  ["a list of advanced selectors", JSON.stringify([MANAGEMENT]), { AdvancedEventSelectors: [MANAGEMENT] }],
  ["a list of basic selectors", JSON.stringify([BASIC]), { EventSelectors: [BASIC] }],
  [
    "the answer of get-event-selectors",
    JSON.stringify({ TrailARN: "arn", AdvancedEventSelectors: [MANAGEMENT] }),
    { AdvancedEventSelectors: [MANAGEMENT] },
  ],
  [
    "empty lists of operators",
    JSON.stringify([{ FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"], NotEquals: [] }] }]),
    { AdvancedEventSelectors: [MANAGEMENT] },
  ],
  [
    "what is left out of a basic selector",
    "[{}]",
    { EventSelectors: [{ ...BASIC, DataResources: [], ExcludeManagementEventSources: [] }] },
  ],
])("%s can be read", (_, text, selectors) => expect(readText(text)).toEqual({ selectors }));

test.each([
  ["[", /^This is not JSON/],
  ["[]", /at least one/],
  ["3", /a list/],
  ["[1]", /Selector 1 is not an object/],
  ['{"EventSelectors": [], "AdvancedEventSelectors": []}', /either/],
  ['[{"FieldSelectors": []}]', /needs a list FieldSelectors/],
  ['[{"FieldSelectors": [{"Equals": ["x"]}]}]', /no name in Field/],
  ['[{"FieldSelectors": [{"Field": "eventName", "Is": ["x"]}]}]', /a member Is/],
  ['[{"FieldSelectors": [{"Field": "eventName", "Equals": "x"}]}]', /not a list of texts/],
  ['[{"ReadWriteType": "Some"}]', /none of All/],
  ['[{"DataResources": [{"Type": 1}]}]', /Type and Values/],
])("%s is refused", (text, fault) => expect(readText(text).fault).toMatch(fault));

test("what was written is read again", () => {
  const selectors = { EventSelectors: [BASIC] };
  expect(readText(writeText(selectors))).toEqual({ selectors });
});

test("selectors of either kind are told in the same words", () => {
  const told = tellSelectors({ EventSelectors: [BASIC] });
  expect(told).toEqual({
    management: [{ activity: "Read and write", excluded: ["AWS KMS"] }],
    data: [{ name: "", subject: "AWS::S3::Object", which: ["All events"] }],
    network: [],
    partial: false,
  });
});

test("short lists stand in one line, and nothing in a text is touched", () => {
  const FieldSelectors = [
    { Field: "eventCategory", Equals: ["Data"] },
    { Field: "resources.type", Equals: ["AWS::S3::Object"] },
    { Field: "eventName", NotEquals: ["[ a ]", "b\n c"] },
  ];
  const text = writeText({ AdvancedEventSelectors: [{ Name: "{ x }", FieldSelectors }] });
  expect(text.split("\n")).toEqual([
    "[",
    "  {",
    '    "Name": "{ x }",',
    '    "FieldSelectors": [',
    '      { "Field": "eventCategory", "Equals": ["Data"] },',
    '      { "Field": "resources.type", "Equals": ["AWS::S3::Object"] },',
    '      { "Field": "eventName", "NotEquals": ["[ a ]", "b\\n c"] }',
    "    ]",
    "  }",
    "]",
  ]);
  expect(JSON.parse(text)).toEqual([{ Name: "{ x }", FieldSelectors }]);
});
