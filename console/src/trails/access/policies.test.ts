import { describe, expect, test } from "vitest";
import { deliveryPolicy, deliveryStatements, hasDelivery, type Policy, withDelivery } from "./bucket-policy";

const DELIVERY = { bucket: "logs", prefix: "", owner: "111122223333" };
const sids = (policy: string) => (JSON.parse(policy) as Policy).Statement.map(({ Sid }) => Sid);

test("files go below the prefix, the owner's folder and the organization's", () => {
  const statements = deliveryStatements({ ...DELIVERY, prefix: "audit", organization: "o-1" });
  expect(statements.map(({ Resource }) => Resource)).toEqual([
    "arn:aws:s3:::logs",
    "arn:aws:s3:::logs/audit/AWSLogs/111122223333/*",
    "arn:aws:s3:::logs/audit/AWSLogs/o-1/*",
  ]);
});

describe("a policy gets what CloudTrail needs", () => {
  test("where there is none", () => {
    expect(withDelivery(undefined, DELIVERY)).toBe(deliveryPolicy(DELIVERY));
  });

  test("where there is all of it already, nothing changes", () => {
    const policy = deliveryPolicy(DELIVERY);
    expect(hasDelivery(policy, DELIVERY)).toBe(true);
    expect(withDelivery(policy, DELIVERY)).toBe(policy);
  });

  test("beside other statements, which stay", () => {
    const own = { Sid: "own", Effect: "Deny", Principal: "*", Action: "s3:DeleteObject", Resource: "*" };
    const policy = withDelivery(
      JSON.stringify({ Version: "2012-10-17", Id: "mine", Statement: own }),
      DELIVERY,
    );
    expect(JSON.parse(policy)).toMatchObject({ Version: "2012-10-17", Id: "mine" });
    expect(sids(policy)).toEqual(["own", "AWSCloudTrailAclCheck20150319", "AWSCloudTrailWrite20150319"]);
  });

  test("beside those of another prefix, under another name", () => {
    const policy = withDelivery(deliveryPolicy(DELIVERY), { ...DELIVERY, prefix: "second" });
    expect(sids(policy)).toEqual([
      "AWSCloudTrailAclCheck20150319",
      "AWSCloudTrailWrite20150319",
      "AWSCloudTrailWrite20150319x2",
    ]);
  });

  test("lists of one and texts are the same, and the order of members is none", () => {
    const shuffled = deliveryStatements(DELIVERY).map(({ Action, Resource, ...rest }) => ({
      Resource: [Resource],
      Action: [Action],
      ...rest,
    }));
    expect(hasDelivery(JSON.stringify({ Statement: shuffled }), DELIVERY)).toBe(true);
  });
});
