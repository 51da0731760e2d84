import { expect, test } from "vitest";
import {
  inWords,
  type MuteRule,
  mutesEverything,
  readRule,
  ruleName,
  writeRule,
  wrongRule,
  wrongValue,
} from "./mute-rule";

const rule = (some: Partial<MuteRule>): MuteRule => ({
  sources: [],
  names: [],
  principals: [],
  windows: [],
  ...some,
});

test.each([
  ["source=cloudtrail name=AddTags", "insights about AddTags of cloudtrail.amazonaws.com"],
  [
    "principal=role/ci window=Mon-Fri/22:00-06:00",
    "insights caused mostly by role/ci that begin between 22:00 and 06:00 UTC on Mon-Fri",
  ],
  [
    "source=ec2 name=CreateTags name=DeleteTags",
    "insights about CreateTags or DeleteTags of ec2.amazonaws.com",
  ],
  ["name=Delete...", "insights about what begins with Delete"],
  ["window=Sat-Sun", "insights that begin on Sat-Sun (UTC)"],
  ["window=22:00-06:00", "insights that begin between 22:00 and 06:00 UTC on any day"],
  ["window=2026-12-24/2026-12-27", "insights that begin from 2026-12-24 until 2026-12-27"],
])("%s is written as it was read, and said in words", (written, words) => {
  const read = readRule(written);
  expect(read && writeRule(read)).toBe(written);
  expect(read && inWords(read)).toBe(words);
});

test.each(["", "nonsense", "source=", "colour=red", "source=ec2 at night"])("%s is no rule", (written) => {
  expect(readRule(written)).toBeUndefined();
});

test.each([
  ["names", "Delete...", true],
  ["names", "*", false],
  ["names", "...", false],
  ["names", "Delete...All", false],
  ["names", "two words", false],
  ["sources", "ec2", true],
  ["principals", "role/ci", true],
  ["principals", "root", true],
  ["principals", "arn:aws:iam::111122223333:user/alice", true],
  ["principals", "alice", false],
  ["windows", "Mon+Wed", true],
  ["windows", "Mon-Fri/22:00-06:00", true],
  ["windows", "22:00-24:00", true],
  ["windows", "2026-12-24T18:00Z/2026-12-27", true],
  ["windows", "nightly", false],
  ["windows", "25:00-26:00", false],
] as const)("as one of the %s, %s is right: %s", (list, value, isRight) => {
  expect(wrongValue(list, value) === undefined).toBe(isRight);
});

test.each([
  ["window=00:00-24:00", true],
  ["window=Mon-Sun", true],
  ["window=Wed-Tue/00:00-24:00", true],
  ["window=Mon+Tue+Wed+Thu+Fri+Sat+Sun", true],
  ["window=22:00-06:00 window=Mon-Sun", true],
  ["window=Mon-Fri window=Sat-Sun", true],
  ["window=Sat-Mon/00:00-24:00 window=Tue+Wed window=Thu-Fri", true],
  ["window=Mon-Fri window=Sat", false],
  ["window=Mon-Fri window=Sat-Sun/22:00-24:00", false],
  ["window=Mon-Fri", false],
  ["window=Mon", false],
  ["window=Mon-Sun/22:00-06:00", false],
  ["window=2026-12-24/2026-12-27", false],
  ["name=CreateTags window=Mon-Sun", false],
  ["principal=role/ci", false],
])("%s mutes everything: %s", (written, isEverything) => {
  const read = readRule(written);
  expect(read && mutesEverything(read)).toBe(isEverything);
});

test("a rule needs a name and something that is muted", () => {
  expect(wrongRule("", rule({}))).toEqual({
    name: "Give the rule a name.",
    rule: "Choose at least one thing to be muted.",
  });
  expect(wrongRule("nightly job", rule({ names: ["CreateTags"] }))).toHaveProperty("name");
  expect(wrongRule("nightly", rule({ names: ["CreateTags"] }))).toEqual({});
  expect(wrongRule("nightly", rule({ names: Array(30).fill("CreateTags") }))).toHaveProperty("rule");
});

test("a rule is named after its action", () => {
  expect(ruleName("v1/Tags:create")).toBe("v1Tagscreate");
  expect(ruleName("///")).toBe("this");
});
