import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { NETWORK_SOURCES } from "./network-sources";
import { nameOfType, RESOURCE_TYPES } from "./resource-types";

const lines = (file: string, pattern: RegExp) =>
  [
    ...readFileSync(new URL(`../../../../crates/select/src/${file}`, import.meta.url), "utf8").matchAll(
      pattern,
    ),
  ].map((match) => match[1]);

test("the console knows the resource types that selectors know", () => {
  expect(RESOURCE_TYPES).toEqual(lines("resource_types.rs", /^ {4}"(AWS::[^"]+)",$/gm));
});

test("the console knows the event sources that selectors know", () => {
  expect(NETWORK_SOURCES).toEqual(lines("network_sources.rs", /^ {4}"([^"]+)",$/gm));
});

test.each([
  ["AWS::S3::Object", "S3 object"],
  ["AWS::Lambda::Function", "Lambda function"],
  ["AWS::IoTSiteWise::TimeSeries", "IoTSiteWise time series"],
  ["AWS::RDS::DBCluster", "RDS DB cluster"],
  ["AWS::ManagedBlockchainQuery::QueryAPI", "ManagedBlockchainQuery query API"],
])("%s is called %s", (type, name) => expect(nameOfType(type)).toBe(name));
