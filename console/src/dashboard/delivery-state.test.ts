import { expect, test } from "vitest";
import type { TrailHealth } from "../api/trails";
import { stateOf } from "./delivery-state";

const trail = (some: Partial<TrailHealth>): TrailHealth => ({
  TrailARN: "arn:aws:cloudtrail:us-east-1:111122223333:trail/main",
  Name: "main",
  IsLogging: true,
  LagSeconds: 0,
  Behind: 0,
  WindowSeconds: 60,
  LastDay: { Files: 0, Bytes: 0, Events: 0, Digests: 0, Hours: [] },
  Destinations: [{ Kind: "S3", Name: "audit-logs" }],
  ...some,
});

test.each([
  [trail({}), "success", "Delivers"],
  [trail({ LagSeconds: 899 }), "success", "Delivers"],
  [trail({ LagSeconds: 901 }), "warning", "Late"],
  [trail({ IsLogging: false, LagSeconds: 0 }), "stopped", "Not logging"],
  [
    trail({ IsLogging: false, Destinations: [{ Kind: "S3", Name: "b", Error: "AccessDenied" }] }),
    "error",
    "S3: AccessDenied",
  ],
  [
    trail({
      Destinations: [
        { Kind: "SNS", Name: "t", Error: "NotFound" },
        { Kind: "Webhook", Name: "w", Error: "Timeout" },
      ],
    }),
    "error",
    "SNS: NotFound and 1 more",
  ],
])("a trail is told of by what is worst", (of, type, words) => {
  expect(stateOf(of)).toEqual({ type, words });
});
