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
