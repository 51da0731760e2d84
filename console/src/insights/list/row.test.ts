import { expect, test } from "vitest";
import { record } from "../samples";
import { pair, readTold } from "../told";
import { lastedInWords, rowInWords, rowsOf } from "./row";

const START = Date.parse("2026-03-02T12:04:00Z") / 1000;
const told = (state: "Start" | "End", at: string) => readTold(record(state, at)) ?? [];

test("start and end of an insight are one row", () => {
  const events = [told("End", "2026-03-02T12:11:00Z"), told("Start", "2026-03-02T12:04:00Z")].flat();
  const [row, ...others] = rowsOf(pair(events), START + 86_400);
  expect(others).toEqual([]);
  expect(row).toMatchObject({
    id: "c9d1",
    began: START,
    lasted: 7,
    state: "Over",
    caller: "assumed-role/fleet",
  });
  expect(row && lastedInWords(row)).toBe("7 minutes");
  expect(row && rowInWords(row)).toBe("Surge of CreateTags (ec2)");
});

test("what has not ended goes on, and what began before is known by its end", () => {
  const [goesOn] = rowsOf(pair([told("Start", "2026-03-02T12:04:00Z")].flat()), START + 600);
  expect(goesOn && lastedInWords(goesOn)).toBe("10 minutes so far");
  const [endOnly] = rowsOf(pair([told("End", "2026-03-02T12:11:00Z")].flat()), START);
  expect(endOnly).toMatchObject({ began: START, state: "Over" });
});

test("insights of data events name the trail that selects them, and how sensitive it is", () => {
  const data = record("Start", "2026-03-02T12:04:00Z");
  const details = {
    ...data.insightDetails,
    sourceEventCategory: "Data",
    insightSource: "arn:aws:cloudtrail:us-east-1:111122223333:trail/objects",
    sensitivity: "high",
    errorCode: "AccessDenied",
  };
  const [row] = rowsOf(pair([readTold({ ...data, insightDetails: details }) ?? []].flat()), START);
  expect(row).toMatchObject({ category: "Data", trail: "objects", sensitivity: "high", kind: "Error rate" });
  expect(row && rowInWords(row)).toBe("Surge of AccessDenied errors of CreateTags (ec2)");
});
