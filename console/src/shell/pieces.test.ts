import { expect, test } from "vitest";
import { piecesOf } from "./pieces";

test.each([
  ["", [""]],
  ["alice", ["alice"]],
  ["ConcurrentModificationException", ["Concurrent", "Modification", "Exception"]],
  ["AWSOrganizationsNotInUseException", ["AWS", "Organizations", "Not", "In", "Use", "Exception"]],
  ["1_CloudTrail_us-east-1.json", ["1_", "Cloud", "Trail_", "us-east-1.json"]],
  ["signin.amazonaws.com", ["signin", ".amazonaws.com"]],
  ["AWS::IAM::AccessKey", ["AWS::", "IAM::", "Access", "Key"]],
  ["arn:aws:iam::111122223333:user/alice", ["arn:", "aws:", "iam::", "111122223333:", "user/", "alice"]],
  ["203.0.113.7", ["203.0.113.7"]],
])("%s may end a line between %j", (name, pieces) => {
  expect(piecesOf(name)).toEqual(pieces);
  expect(pieces.join("")).toBe(name);
});
