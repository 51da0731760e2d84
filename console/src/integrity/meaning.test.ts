import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { inWords, meaningOf } from "./meaning";

/** What `cairn validate` says in docs/validation.md: each is explained. */
const PAGE = readFileSync(new URL("../../../docs/validation.md", import.meta.url), "utf8");
const FINDINGS = PAGE.split("\n")
  .filter((line) => line.startsWith("| "))
  .flatMap((line) => line.split("|").at(-2)?.split("<br>") ?? [])
  .map((finding) => finding.replace(/ \(×\d+\)/, "").trim())
  .filter((finding) => /INVALID|WARNING|NOT CHECKED|No log files/.test(finding));

test("the page has findings", () => {
  expect(FINDINGS.length).toBeGreaterThan(30);
});

test.each([...new Set(FINDINGS)])("%s is explained", (finding) => {
  expect(meaningOf(finding)).toBeDefined();
});

test("what Cairn may not read is not the reader's to ask for", () => {
  const told = meaningOf(
    "Not checked: CredentialsDenied: Cairn's own credentials lack s3:GetObject in bucket b",
  );
  expect(told?.advice).toContain("Whoever runs Cairn");
  expect(meaningOf("Not checked: AccessDenied: no")?.advice).toContain("Ask for s3:GetObject");
});

test("what is not known is not explained", () => {
  expect(meaningOf("the moon is blue")).toBeUndefined();
});

test("a finding does not say again what its result says", () => {
  expect(inWords("Not checked: AccessDenied: no", "unchecked")).toBe("AccessDenied: no");
  expect(inWords("invalid format", "invalid")).toBe("Invalid format");
});
