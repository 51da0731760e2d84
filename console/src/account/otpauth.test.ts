import { expect, test } from "vitest";
import { otpauth, qrCode } from "./otpauth";

test("an authenticator is told issuer, name and seed", () => {
  const uri = new URL(otpauth({ seed: "JBSWY3DP", name: "alice&bob", account: "111122223333" }));
  expect([uri.protocol, uri.host, decodeURIComponent(uri.pathname)]).toEqual([
    "otpauth:",
    "totp",
    "/Cairn:alice&bob@111122223333",
  ]);
  expect(Object.fromEntries(uri.searchParams)).toEqual({ secret: "JBSWY3DP", issuer: "Cairn" });
});

test("a code has its three corners within a quiet zone", () => {
  const { size, path } = qrCode("otpauth://totp/x?secret=JBSWY3DP");
  const dark = new Set([...path.matchAll(/M(\d+) (\d+)/g)].map(([, x, y]) => `${x},${y}`));
  const corner = (x: number, y: number) => dark.has(`${x},${y}`) && dark.has(`${x + 6},${y + 6}`);
  expect([corner(4, 4), corner(size - 11, 4), corner(4, size - 11)]).toEqual([true, true, true]);
  expect([...dark].every((at) => at.split(",").every((part) => +part >= 4 && +part < size - 4))).toBe(true);
});
