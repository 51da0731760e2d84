import { expect, test } from "vitest";
import { readExplanation } from "../explanation";
import { silence, surge } from "../samples";
import { type Share, shares } from "../shares";
import { shareHref, spanHref } from "./span-href";

const read = (answer: Parameters<typeof readExplanation>[0]) => {
  const of = readExplanation(answer);
  if (!of) throw new Error("the sample makes no sense");
  return of;
};

const asked = (address: string | undefined) =>
  [...new URL(address ?? "", "http://cairn").searchParams].map(([key, value]) => `${key}=${value}`);

const CALLS = ["EventName=CreateTags", "EventSource=ec2.amazonaws.com"];
const TIME = ["from=2026-03-02T12:04:00.000Z", "to=2026-03-02T12:10:59.000Z"];

test("a surge leads to its calls, a silence to those before it", () => {
  expect(asked(spanHref(read(surge())))).toEqual([...CALLS, ...TIME]);
  expect(asked(spanHref(read({ ...surge(), end: null })))).toContain("to=2026-03-02T13:10:59.000Z");
  expect(asked(spanHref(read(silence())))).toEqual([
    "EventName=AuthorizeSecurityGroupIngress",
    "EventSource=ec2.amazonaws.com",
    "from=2026-03-02T11:04:00.000Z",
    "to=2026-03-02T12:03:59.000Z",
  ]);
});

test("whom calls are put down to leads to his", () => {
  const of = read(surge());
  const [fleet, , client, result] = shares(of.episode.last, of.way);
  const role = "arn:aws:sts::111122223333:assumed-role/fleet";
  expect(asked(shareHref(of, fleet as Share))).toEqual([...CALLS, `PrincipalArn.starts=${role}/`, ...TIME]);
  expect(asked(shareHref(of, client as Share))).toEqual([...CALLS, "UserAgent=aws-sdk-go/1.55", ...TIME]);
  expect(asked(shareHref(of, result as Share))).toEqual([...CALLS, "ErrorCode.exists=false", ...TIME]);
});

test("a service leads nowhere: its calls can't be told from those of others", () => {
  const share: Share = {
    by: "Caller",
    name: "s3",
    value: "s3.amazonaws.com",
    now: 3,
    usual: 0,
    part: 1,
    isRest: false,
  };
  expect(shareHref(read(surge()), share)).toBeUndefined();
});

test("data events are not in the event history, so nothing leads there", () => {
  const of = read(surge());
  of.episode.last.category = "Data";
  expect(spanHref(of)).toBeUndefined();
  for (const share of shares(of.episode.last, of.way)) expect(shareHref(of, share)).toBeUndefined();
});

test("several of one name lead nowhere", () => {
  const share: Share = { by: "Client", name: "aws-cli", now: 3, usual: 0, part: 1, isRest: false };
  expect(shareHref(read(surge()), share)).toBeUndefined();
});
