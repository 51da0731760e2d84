import { expect, test } from "vitest";
import { inThePast } from "../english";
import { CLOUDTRAIL } from "./cloudtrail";
import { EC2 } from "./ec2";
import { IAM } from "./iam";
import { KMS } from "./kms";
import { LAMBDA } from "./lambda";
import { ORGANIZATIONS } from "./organizations";
import { OTHERS } from "./others";
import { S3 } from "./s3";
import { STS } from "./sts";

const ALL = [CLOUDTRAIL, EC2, IAM, KMS, LAMBDA, ORGANIZATIONS, S3, STS, ...Object.values(OTHERS)];
const TEMPLATES = ALL.flatMap((phrases) => Object.entries(phrases)).flatMap(([name, phrase]) =>
  typeof phrase === "string" ? phrase.split("||").map((template) => [name, template] as const) : [],
);

test.each(TEMPLATES)("%s: %s", (_, template) => {
  // Places and optional parts are closed, and no part is within another.
  expect(template).toMatch(/^([^[\]{}]|\{[^[\]{}]+\}|\[([^[\]{}]|\{[^[\]{}]+\})*\])+$/);
  // A plural is of the place that follows it.
  expect(template.replaceAll(/\w+~ \{/g, "")).not.toContain("~");
  // It begins with a verb that has a past.
  expect(inThePast(template.replaceAll(/\[[^\]]*\]/g, ""))).toMatch(
    /^([a-z]+ed|let|put|ran|set|gave|took|made|wrote|read|got|began|broke) /,
  );
});
