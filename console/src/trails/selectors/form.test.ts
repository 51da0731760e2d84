import { describe, expect, test } from "vitest";
import type { AdvancedEventSelector } from "../../api/trails";
import { ALL_MANAGEMENT, NEW_TRAIL, readAdvanced, writeAdvanced } from "./form";
import { CUSTOM, TEMPLATES, templateOf } from "./templates";

const category = (value: string) => ({ Field: "eventCategory", Equals: [value] });
const type = (value: string) => ({ Field: "resources.type", Equals: [value] });

describe("what is filled in becomes selectors", () => {
  test("a new trail logs all management events", () => {
    expect(writeAdvanced(NEW_TRAIL)).toEqual([
      { Name: "Management events selector", FieldSelectors: [category("Management")] },
    ]);
  });

  test("management events can be those that read, without KMS", () => {
    const management = { ...ALL_MANAGEMENT, write: false, excludeKms: true };
    expect(writeAdvanced({ management, blocks: [] })[0]?.FieldSelectors).toEqual([
      category("Management"),
      { Field: "readOnly", Equals: ["true"] },
      { Field: "eventSource", NotEquals: ["kms.amazonaws.com"] },
    ]);
  });

  test("conditions of one field become one field selector", () => {
    const conditions = [
      { field: "resources.ARN", operator: "StartsWith" as const, values: ["a"] },
      { field: "eventName", operator: "Equals" as const, values: ["GetObject"] },
      { field: "resources.ARN", operator: "NotEndsWith" as const, values: ["b"] },
      { field: "resources.ARN", operator: "StartsWith" as const, values: ["c"] },
    ];
    const block = { category: "Data" as const, name: "", subject: "AWS::S3::Object", conditions };
    expect(writeAdvanced({ blocks: [block] })).toEqual([
      {
        FieldSelectors: [
          category("Data"),
          type("AWS::S3::Object"),
          { Field: "resources.ARN", StartsWith: ["a", "c"], NotEndsWith: ["b"] },
          { Field: "eventName", Equals: ["GetObject"] },
        ],
      },
    ]);
  });
});

describe("selectors become what is filled in, and the same selectors again", () => {
  const cases: [string, AdvancedEventSelector[]][] = [
    ["management events", [{ FieldSelectors: [category("Management")] }]],
    [
      "writes without both sources",
      [
        {
          Name: "w",
          FieldSelectors: [
            category("Management"),
            { Field: "readOnly", Equals: ["false"] },
            { Field: "eventSource", NotEquals: ["kms.amazonaws.com", "rdsdata.amazonaws.com"] },
          ],
        },
      ],
    ],
    [
      "data events with several operators of a field",
      [
        {
          Name: "objects",
          FieldSelectors: [
            category("Data"),
            type("AWS::S3::Object"),
            { Field: "resources.ARN", StartsWith: ["x", "y"], NotStartsWith: ["z"] },
          ],
        },
      ],
    ],
    [
      "network activity events",
      [
        {
          FieldSelectors: [
            category("NetworkActivity"),
            { Field: "eventSource", Equals: ["s3.amazonaws.com"] },
            { Field: "errorCode", Equals: ["VpceAccessDenied"] },
          ],
        },
      ],
    ],
  ];
  test.each(cases)("%s", (_, selectors) => {
    const form = readAdvanced(selectors);
    expect(form && writeAdvanced(form)).toEqual(selectors);
  });

  const strange: [string, AdvancedEventSelector[]][] = [
    [
      "management events twice",
      [{ FieldSelectors: [category("Management")] }, { FieldSelectors: [category("Management")] }],
    ],
    ["a category that trails don't have", [{ FieldSelectors: [category("Insight")] }]],
    ["no category", [{ FieldSelectors: [type("AWS::S3::Object")] }]],
    ["data events without a type", [{ FieldSelectors: [category("Data")] }]],
    [
      "a field of another category",
      [
        {
          FieldSelectors: [
            category("Data"),
            type("AWS::S3::Object"),
            { Field: "vpcEndpointId", Equals: ["v"] },
          ],
        },
      ],
    ],
    [
      "another excluded source",
      [
        {
          FieldSelectors: [category("Management"), { Field: "eventSource", NotEquals: ["s3.amazonaws.com"] }],
        },
      ],
    ],
  ];
  test.each(strange)("%s has no place in the form", (_, selectors) => {
    expect(readAdvanced(selectors)).toBeUndefined();
  });
});

test("templates are recognised by their conditions", () => {
  for (const category of ["Data", "NetworkActivity"] as const) {
    for (const { id, conditions } of TEMPLATES[category]) expect(templateOf(category, conditions)).toBe(id);
  }
  const own = [{ field: "eventName", operator: "Equals" as const, values: ["GetObject"] }];
  expect(templateOf("Data", own)).toBe(CUSTOM);
});
