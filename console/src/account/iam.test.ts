import { expect, test } from "vitest";
import { deviceName, seedOf } from "./iam";

const SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

test("a seed comes out of its blob, and stays where it is none", () => {
  expect([seedOf(btoa(SEED)), seedOf(SEED), seedOf("?")]).toEqual([SEED, SEED, "?"]);
});

test.each([
  ["arn:aws:iam::111122223333:mfa/alice-phone", "alice-phone"],
  ["arn:aws:iam::111122223333:mfa/team/alice", "alice"],
  ["GAHT12345678", "GAHT12345678"],
])("the device %s is called %s", (serial, name) => {
  expect(deviceName(serial)).toBe(name);
});
