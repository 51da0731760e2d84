import { expect, test } from "vitest";
import { commands, foundTime, jsonReport, reportName } from "./report";
import { NEW, type Run } from "./run";

const ASKED = {
  trail: "arn:aws:cloudtrail:us-east-1:111122223333:trail/main",
  from: "2026-03-01T00:00:00Z",
  to: "2026-03-02T00:00:00Z",
};

test("a report tells what was asked and all that was found", () => {
  const result = {
    id: 0,
    kind: "Log file",
    state: "invalid",
    object: "l",
    finding: "not found",
    time: "",
  } as const;
  const run: Run = { ...NEW, state: "stopped", asked: ASKED, results: [result] };
  expect(JSON.parse(jsonReport(run))).toMatchObject({
    trailArn: ASKED.trail,
    complete: false,
    valid: null,
    results: [{ kind: "Log file", state: "invalid", object: "l", finding: "not found", time: "" }],
  });
  expect(reportName(run, "json")).toBe("main-validation-2026-03-02.json");
});

test("the same check can be run in a terminal", () => {
  const { aws, cairn } = commands("eu-west-1", { ...ASKED, account: "222233334444" });
  const flags =
    "--trail-arn arn:aws:cloudtrail:us-east-1:111122223333:trail/main --start-time 2026-03-01T00:00:00Z " +
    "--end-time 2026-03-02T00:00:00Z --region eu-west-1 --account-id 222233334444";
  expect(aws).toBe(`aws cloudtrail validate-logs ${flags} --verbose`);
  expect(cairn).toBe(`cairn validate ${flags}`);
});

test("a report tells of which time there were digests", () => {
  const report =
    "Results requested for a to b\nResults found for 2026-03-01T00:30:00Z to 2026-03-01T02:00:00Z:\n";
  expect(foundTime(report)).toEqual(["2026-03-01T00:30:00Z", "2026-03-01T02:00:00Z"]);
  expect(foundTime("Results requested for a to b\nNo digest files were found\n")).toBeUndefined();
});
