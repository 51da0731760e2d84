import { expect, test } from "vitest";
import type { Trail } from "../api/trails";
import { chosenTrail } from "./chosen-trail";

const [ONE, TWO] = ["one", "two"].map((TrailARN) => ({ TrailARN }) as Trail) as [Trail, Trail];

test.each([
  [null, ONE],
  ["", ONE],
  ["two", TWO],
  ["gone", undefined],
])("the address names %j", (named, chosen) => expect(chosenTrail([ONE, TWO], named)).toBe(chosen));
