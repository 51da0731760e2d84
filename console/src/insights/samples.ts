/** Insights for tests: the example of the reference. */

import type { ExplanationAnswer } from "../api/insights";
import { timeWords } from "../shell/time";
import type { Clock } from "./sentences";
import { clockOf } from "./use-clock";

export const UTC: Clock = clockOf(timeWords("utc"));

const attribution = (attribute: string, insight: [string, number][], baseline: [string, number][]) => {
  const values = (pairs: [string, number][]) => pairs.map(([value, average]) => ({ value, average }));
  return { attribute, insight: values(insight), baseline: values(baseline) };
};

const FLEET = "arn:aws:sts::111122223333:assumed-role/fleet";
const CI = "arn:aws:sts::111122223333:assumed-role/ci";

/** CreateTags, 31 in a minute, and 187 in seven. */
export function record(state: "Start" | "End", at: string) {
  const [average, fleet, minutes] = state === "Start" ? [31, 28, 1] : [26.714286, 23.714286, 7];
  return {
    eventVersion: "1.09",
    eventTime: at,
    awsRegion: "us-east-1",
    eventID: `${state}-id`,
    eventType: "AwsCloudTrailInsight",
    recipientAccountId: "111122223333",
    sharedEventID: "c9d1",
    insightDetails: {
      state,
      eventSource: "ec2.amazonaws.com",
      eventName: "CreateTags",
      insightType: "ApiCallRateInsight",
      sourceEventCategory: "Management",
      insightContext: {
        statistics: {
          baseline: { average: 0.42 },
          insight: { average },
          insightDuration: minutes,
          baselineDuration: 10080,
        },
        attributions: [
          attribution(
            "userIdentityArn",
            [
              [FLEET, fleet],
              [CI, 3],
            ],
            [[FLEET, 0.42]],
          ),
          attribution("userAgent", [["aws-sdk-go/1.55", average]], [["aws-sdk-go/1.55", 0.42]]),
          attribution("errorCode", [["null", average]], [["null", 0.42]]),
        ],
      },
    },
    eventCategory: "Insight",
  };
}

/** A week in which each hour has calls in its first ten minutes, and a surge of seven minutes after it. */
export function surge(): ExplanationAnswer {
  const usual = Array.from({ length: 10_080 }, (_, minute) => minute).filter((minute) => minute % 60 < 10);
  const unusual = [31, 25, 40, 30, 20, 21, 20].map((calls, at): [number, number] => [10_080 + at, calls]);
  return {
    sharedEventId: "c9d1",
    direction: "surge",
    sensitivity: "medium",
    trail: null,
    imported: false,
    start: record("Start", "2026-03-02T12:04:00Z"),
    end: record("End", "2026-03-02T12:11:00Z"),
    trails: ["arn:aws:cloudtrail:us-east-1:111122223333:trail/main"],
    series: {
      from: "2026-02-23T12:04:00Z",
      minutes: 10_147,
      calls: [...usual.map((minute): [number, number] => [minute, 2]), ...unusual, [10_090, 1]],
      unobserved: [[100, 120]],
    },
  };
}

/** The documentation's: AuthorizeSecurityGroupIngress twenty times a minute, and then not at all. */
export function silence(): ExplanationAnswer {
  const start = record("Start", "2026-03-02T12:04:00Z");
  const { insightDetails: details } = start;
  details.eventName = "AuthorizeSecurityGroupIngress";
  details.insightContext = {
    statistics: {
      baseline: { average: 20 },
      insight: { average: 0 },
      insightDuration: 5,
      baselineDuration: 10_080,
    },
    attributions: [
      attribution("userIdentityArn", [], [[FLEET, 20]]),
      attribution("userAgent", [], [["aws-sdk-go/1.55", 20]]),
      attribution("errorCode", [], [["null", 20]]),
    ],
  };
  const calls = Array.from({ length: 10_080 }, (_, at): [number, number] => [at, 18 + (at % 5)]);
  const series = { from: "2026-02-23T12:04:00Z", minutes: 10_089, calls, unobserved: [] };
  return { ...surge(), direction: "silence", start, end: null, trails: [], series };
}
