import { expect, test } from "vitest";
import type { Trail } from "../api/trails";
import {
  conditionOf,
  deliveredInWords,
  folderOf,
  homeOf,
  isTrailArn,
  logGroupName,
  nameOf,
  ownerOf,
  sizeOf,
} from "./trail-facts";

const ARN = "arn:aws:cloudtrail:eu-central-1:111122223333:trail/main";
const TRAIL = { S3KeyPrefix: "audit", IsOrganizationTrail: true } as Trail;

test("an ARN tells the owner, the home Region and the name", () => {
  expect([ownerOf(ARN), homeOf(ARN), nameOf(ARN)]).toEqual(["111122223333", "eu-central-1", "main"]);
});

test("an ARN of a trail is told from what only looks like one", () => {
  expect(isTrailArn(ARN)).toBe(true);
  expect(isTrailArn(ARN.replace("arn:aws:", "arn:aws-cn:"))).toBe(true);
  const others = [
    "",
    "main",
    ARN.replace("trail/main", "trail/"),
    ARN.replace("eu-central-1", ""),
    "arn:aws:s3:::main",
    // What would lead calls elsewhere.
    ARN.replace("eu-central-1", "../iam/us-east-1/?Action=DeleteUser&UserName=alice#"),
    ARN.replace("eu-central-1", ".."),
  ];
  expect(others.filter(isTrailArn)).toEqual([]);
});

test("log files lie below prefix, organization, account, kind, Region and day", () => {
  const day = new Date("2026-11-26T23:00:00Z");
  expect(folderOf(TRAIL, { account: "1", organization: "o-1", region: "eu-west-1", day })).toBe(
    "audit/AWSLogs/o-1/1/CloudTrail/eu-west-1/2026/11/26/",
  );
  expect(folderOf(TRAIL, { account: "1" })).toBeUndefined();
  const own = { IsOrganizationTrail: false } as Trail;
  expect(folderOf(own, { account: "1", organization: "o-1", kind: "CloudTrail-Digest" })).toBe(
    "AWSLogs/1/CloudTrail-Digest/",
  );
});

test.each([
  [{ IsLogging: false, LatestDeliveryError: "AccessDenied" }, "stopped"],
  [{ IsLogging: true }, "success"],
  [{ IsLogging: true, LatestDeliveryError: "NoSuchBucket", LatestDigestDeliveryError: "x" }, "error"],
  [{ IsLogging: true, LatestDigestDeliveryError: "AccessDenied" }, "warning"],
  [{ IsLogging: true, LatestNotificationError: "NotFound" }, "warning"],
])("%j is %s", (status, type) => expect(conditionOf(status).type).toBe(type));

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [123_456, "123 kB"],
  [1_400_000, "1.4 MB"],
])("%d bytes are %s", (bytes, words) => expect(sizeOf(bytes)).toBe(words));

test("a log group's name stands in its ARN", () => {
  expect(logGroupName("arn:aws:logs:r:1:log-group:trail/all:*")).toBe("trail/all");
});

test.each([
  [{ Events: 0, Files: 0, Bytes: 0 }, "0 in 0 log files (0 B)"],
  [{ Events: 10, Files: 1, Bytes: 1600 }, "10 in 1 log file (1.6 kB)"],
  [{ Events: 12_345, Files: 22, Bytes: 657 }, "12,345 in 22 log files (657 B)"],
])("what was delivered is told in words: %o", (day, told) => {
  expect(deliveredInWords(day)).toBe(told);
});
