import { expect, test } from "vitest";
import type { ValidationLine } from "../api/trails";
import { jsonReport } from "./report";
import { begun, KEPT_MAX, progressOf, type Run, take } from "./run";
import { unlistedInWords } from "./unlisted-in-words";

const TRAIL = "arn:aws:cloudtrail:us-east-1:111122223333:trail/main";
const fresh = (): Run => begun();

function run(lines: ValidationLine[]): Run {
  const run = fresh();
  for (const line of lines) take(run, line);
  return run;
}

const BEGUN: ValidationLine = {
  Kind: "Begun",
  TrailARN: TRAIL,
  StartTime: "2026-03-01T00:00:00Z",
  EndTime: "2026-03-03T00:00:00Z",
};

test("each line has its place, and the end ends it", () => {
  const of = run([
    BEGUN,
    { Kind: "Digest", Object: "d1", Valid: true, Time: "2026-03-02T23:00:00Z" },
    { Kind: "LogFile", Object: "l1", Valid: false, Finding: "hash value doesn't match" },
    { Kind: "LogFile", Object: "l2", Valid: true, Finding: "no digest file lists it" },
    { Kind: "LogFile", Object: "l3", Valid: false, Severity: "unchecked", Finding: "Not checked: no" },
    { Kind: "Backfill", Object: "b1", Valid: true },
    { Kind: "Gap", StartTime: "2026-03-01T00:00:00Z", EndTime: "2026-03-01T01:00:00Z", Finding: "nothing" },
    {
      Kind: "Gap",
      StartTime: "2026-03-01T02:00:00Z",
      EndTime: "2026-03-01T03:00:00Z",
      Severity: "invalid",
      Finding: "no valid digest file proves what was delivered then",
    },
    { Kind: "Progress", Digests: 1, Files: 3, CheckedBackTo: "2026-03-02T12:00:00Z" },
  ]);
  expect(of.results.map(({ kind, state, object }) => [kind, state, object])).toEqual([
    ["Digest", "valid", "d1"],
    ["Log file", "invalid", "l1"],
    ["Log file", "warning", "l2"],
    ["Log file", "unchecked", "l3"],
    ["Backfill digest", "valid", "b1"],
    ["Chain", "gap", ""],
    ["Chain", "invalid", ""],
  ]);
  expect(of.counts).toEqual({ valid: 2, warning: 1, invalid: 2, unchecked: 1, gap: 1 });
  expect([of.asked?.trail, of.digests, of.files, progressOf(of)]).toEqual([TRAIL, 1, 3, 0.25]);
  take(of, {
    Kind: "Ended",
    Valid: false,
    Digests: { Valid: 1, Invalid: 0 },
    Files: { Valid: 1, Invalid: 1 },
    Report: "…",
  });
  expect([of.state, progressOf(of)]).toEqual(["ended", 1]);
});

test("valid files beyond a limit are counted and not kept, what is wrong is", () => {
  const of = fresh();
  for (let at = 0; at < KEPT_MAX + 10; at++) take(of, { Kind: "LogFile", Object: `l${at}`, Valid: true });
  take(of, { Kind: "LogFile", Object: "bad", Valid: false, Finding: "not found" });
  expect([of.counts.valid, of.unlisted.valid, of.results.at(-1)?.object]).toEqual([KEPT_MAX + 10, 10, "bad"]);
});

test.each([
  [
    "AWSLogs/1/CloudTrail/us-east-1/2026/03/02/1_CloudTrail_us-east-1_20260302T2305Z_a1.json.gz",
    "2026-03-02T23:05:00Z",
  ],
  ["AWSLogs/1/CloudTrail/us-east-1/2026/03/02/other.json.gz", ""],
])("the time of the log file %s is in its name", (name, time) =>
  expect(run([{ Kind: "LogFile", Object: name, Valid: true }]).results[0]?.time).toBe(time),
);

test("what is wrong beyond a limit is not told as valid", () => {
  const of = fresh();
  const add = (number: number, line: { Valid: boolean; Finding?: string }) => {
    for (let at = 0; at < number; at++) take(of, { Kind: "LogFile", Object: `l${at}`, ...line });
  };
  add(KEPT_MAX + 5, { Valid: false, Finding: "not found" });
  add(KEPT_MAX + 10, { Valid: true });
  expect(of.unlisted).toEqual({ valid: 10, invalid: 5, unchecked: 0, gap: 0, warning: 0 });
  expect(unlistedInWords(of.unlisted)).toBe("More are counted than listed: 5 invalid, 10 valid.");
  expect(unlistedInWords(fresh().unlisted)).toBeUndefined();
  expect(JSON.parse(jsonReport(of)).notListed).toEqual(of.unlisted);
});

test("what has not begun has not come far", () => {
  expect(progressOf(fresh())).toBe(0);
  expect(progressOf(run([BEGUN]))).toBe(0);
});

test("files elsewhere are told apart, and what Cairn lacks there is in the report", () => {
  const of = run([
    { ...BEGUN, Elsewhere: true },
    {
      Kind: "Ended",
      Valid: false,
      Verdict: "incomplete",
      Digests: { Valid: 0, Invalid: 0, Unchecked: 3 },
      Files: { Valid: 0, Invalid: 0 },
      MissingPermissions: ["s3:GetObject"],
      Report: "…",
    },
  ]);
  expect([of.isElsewhere, run([BEGUN]).isElsewhere]).toEqual([true, false]);
  expect(JSON.parse(jsonReport(of)).missingPermissions).toEqual(["s3:GetObject"]);
  expect(jsonReport(run([BEGUN]))).not.toContain("missingPermissions");
});

test.each([
  ["b/1_CloudTrail_us-east-1_20260302T1205Z_0000000013HdQt1a.json.gz", "2026-03-02T12:05:00Z"],
  ["b/1_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T120000Z.json.gz", "2026-03-02T12:00:00Z"],
  [
    "b/1_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T120000Z_backfill.json.gz",
    "2026-03-02T12:00:00Z",
  ],
  ["b/readme.txt", ""],
])("%s tells its time", (object, time) => {
  const of = run([BEGUN, { Kind: "LogFile", Object: object, Valid: false, Finding: "not found" }]);
  expect(of.results[0]?.time).toBe(time);
});
