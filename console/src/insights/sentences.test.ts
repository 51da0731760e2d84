import { expect, test } from "vitest";
import { type Explanation, readExplanation } from "./explanation";
import { silence, surge, UTC } from "./samples";
import { happened, heard, title, usually } from "./sentences";

function read(answer: Parameters<typeof readExplanation>[0]): Explanation {
  const explanation = readExplanation(answer);
  if (!explanation) throw new Error("the sample makes no sense");
  return explanation;
}

test("a surge is explained", () => {
  const of = read(surge());
  expect(title(of.episode.last, of.way)).toBe("A surge of CreateTags (ec2)");
  expect(heard(of)).toBe("Told to main");
  expect(usually(of, UTC)).toBe(
    "In the 7 days before there were 3,360 calls: 25.2 an hour on average, and never more than 2 in one minute " +
      "(2026-02-23 12:04). Of 20 minutes before nothing is known: no server watched, and no log file tells of them.",
  );
  expect(happened(of, UTC)).toBe(
    "At 12:04 there were 31 calls in one minute, 74 times as many as usual. It was over at 12:11, after 7 minutes " +
      "and 187 calls, 26.7 a minute; 40 in one minute at most, at 12:06.",
  );
});

test("a silence that goes on is explained", () => {
  const of = read(silence());
  expect(title(of.episode.last, of.way)).toBe("A silence of AuthorizeSecurityGroupIngress (ec2)");
  expect(heard(of)).toBe("No trail gets it any longer");
  expect(usually(of, UTC)).toBe(
    "In the 7 days before there were 201,600 calls: 20 a minute on average, and never more than 22 in one minute " +
      "(2026-02-23 12:08).",
  );
  expect(happened(of, UTC)).toBe(
    "From 12:04 on it was quiet: 0 calls in 5 minutes, where about 100 are usual. It goes on: 0 calls in 9 minutes " +
      "so far, where about 180 are usual.",
  );
});

test("a surge that goes on, of which only the end is known, and one of errors", () => {
  const goesOn = read({ ...surge(), end: null });
  expect(happened(goesOn, UTC)).toContain(
    "It goes on: 188 calls in 1 h 7 min so far; 40 in one minute at most",
  );
  const endOnly = read({ ...surge(), start: null });
  expect(endOnly.episode.began).toBe(Date.parse("2026-03-02T12:04:00Z") / 1000);
  expect(happened(endOnly, UTC)).toMatch(/^It began at 12:04\. It was over at 12:11/);
  const { last } = goesOn.episode;
  expect(title({ ...last, errorCode: "AccessDenied" }, "surge")).toBe(
    "A surge of AccessDenied errors of CreateTags (ec2)",
  );
});

test("a surge of a minute is told once", () => {
  const of = read(surge());
  const { start, began, last } = of.episode;
  const end = { ...last, at: began + 60 };
  const minutes = of.series.minutes.with(of.unusual.from, 31);
  const short = {
    ...of,
    episode: { ...of.episode, end },
    series: { ...of.series, minutes },
    unusual: { from: of.unusual.from, to: of.unusual.from + 1 },
  };
  expect(start?.insight).toEqual({ average: 31, minutes: 1 });
  expect(happened(short, UTC)).toBe(
    "At 12:04 there were 31 calls in one minute, 74 times as many as usual. It was over at 12:05.",
  );
});

test("what was found in imported logs is told to no trail", () => {
  expect(heard(read({ ...surge(), imported: true, trails: [] }))).toBe(
    "Found in imported logs; no trail is told",
  );
});
