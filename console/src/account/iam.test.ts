import { afterEach, expect, test, vi } from "vitest";
import { deviceName, nextName, removeDevice, seedOf } from "./iam";

afterEach(() => vi.unstubAllGlobals());

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

test.each([
  ["alice-phone", "alice-phone-2"],
  ["alice-phone-2", "alice-phone-3"],
  ["alice-phone-9", "alice-phone-10"],
  ["3", "3-2"],
  ["-7", "-8"],
])("after %s, %s is proposed", (taken, next) => {
  expect(nextName(taken)).toBe(next);
});

/** Has IAM refuse some actions; gives those that it was asked for. */
function iamThatRefuses(...refused: string[]): string[] {
  const asked: string[] = [];
  const answer = async (_url: string, { body }: { body: string }) => {
    const action = new URLSearchParams(body).get("Action") ?? "";
    asked.push(action);
    const refusal = { Code: "AccessDenied", Message: `not authorized to perform: iam:${action}` };
    return new Response(JSON.stringify(refusal), { status: refused.includes(action) ? 403 : 200 });
  };
  vi.stubGlobal("fetch", answer);
  vi.stubGlobal(
    "DOMParser",
    class {
      parseFromString = () => ({});
    },
  );
  return asked;
}

const SERIAL = "arn:aws:iam::111122223333:mfa/alice-phone";

test("a device is taken away, then deleted", async () => {
  const asked = iamThatRefuses();
  expect(await removeDevice("alice", SERIAL)).toEqual({});
  expect(asked).toEqual(["DeactivateMFADevice", "DeleteVirtualMFADevice"]);
});

test("a device that may not be deleted is taken away all the same", async () => {
  iamThatRefuses("DeleteVirtualMFADevice");
  const { kept } = await removeDevice("alice", SERIAL);
  expect(kept?.code).toBe("AccessDenied");
});

test("a device that may not be taken away stays", async () => {
  const asked = iamThatRefuses("DeactivateMFADevice");
  await expect(removeDevice("alice", SERIAL)).rejects.toThrow("iam:DeactivateMFADevice");
  expect(asked).toEqual(["DeactivateMFADevice"]);
});
