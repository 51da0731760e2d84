import { expect, test } from "vitest";
import type { Found } from "../../api/insights";
import { countsOf, foundAt } from "./found-row";

const found = (some: Partial<Found>): Found => ({
  direction: "surge",
  sensitivity: "medium",
  insightType: "ApiCallRateInsight",
  eventSource: "ec2.amazonaws.com",
  eventName: "CreateTags",
  errorCode: null,
  start: "2026-02-10T12:04:00Z",
  end: "2026-02-10T12:11:00Z",
  opening: { minutes: 2, calls: 31 },
  calls: 187,
  baseline: { minutes: 10_080, calls: 5040 },
  eventId: null,
  ...some,
});

test("each sensitivity has its own, the newest first", () => {
  const late = { eventName: "B", start: "2026-02-11T00:00:00Z", end: null };
  const all = [
    found({}),
    found({ sensitivity: "low", eventName: "A" }),
    found({ sensitivity: "medium", eventName: "A" }),
    found({ sensitivity: "high", ...late }),
    found({ sensitivity: "high" }),
  ];
  expect(countsOf(all)).toEqual([
    ["low", 1],
    ["medium", 2],
    ["high", 2],
  ]);
  expect(foundAt(all, "high").map(({ eventName }) => eventName)).toEqual(["B", "CreateTags"]);
  expect(foundAt(all, "high")[0]?.lasted).toBeUndefined();
  expect(foundAt(all, "high")[0]?.happened).toBe(15.5);
  expect(foundAt(all, "medium")[1]).toMatchObject({ lasted: 7, usual: 0.5 });
  expect(foundAt(all, "medium")[1]?.happened).toBeCloseTo(187 / 7);
});
