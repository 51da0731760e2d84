import type { Trail } from "../api/trails";
import type { TrailStatus } from "./calls/cloudtrail";

/** The account that owns a trail: the fifth part of its ARN. */
export const ownerOf = (arn: string): string => arn.split(":")[4] ?? "";

/** The home Region of a trail. */
export const homeOf = (arn: string): string => arn.split(":")[3] ?? "";

/** The name that an ARN ends with. */
export const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1);

/** Whether it is an ARN of a trail at all. Of one from an address, the Region becomes part of where calls go. */
export const isTrailArn = (arn: string): boolean =>
  /^arn:[a-z-]+:cloudtrail:[a-z0-9-]+:\d{12}:trail\/./.test(arn);

/** The page of a trail. */
export const trailPath = (arn: string): string => `/trails/detail?arn=${encodeURIComponent(arn)}`;

/** The page where a trail is changed, at one of its steps. */
export const editPath = (arn: string, step?: "attributes" | "events"): string =>
  `/trails/edit?arn=${encodeURIComponent(arn)}${step ? `&step=${step}` : ""}`;

/** Where the making of a trail that was begun is finished: saving starts the trail. */
export const finishPath = (arn: string): string => `${editPath(arn, "events")}&begun=yes`;

export type LogKind = "CloudTrail" | "CloudTrail-Digest" | "CloudTrail-Insight" | "CloudTrail-Aggregated";

/**
 * The folder of an account's log files in the trail's bucket, of a Region and day where they are given. Of an
 * organization's trail it can't be told without the organization.
 */
export function folderOf(
  trail: Pick<Trail, "S3KeyPrefix" | "IsOrganizationTrail">,
  of: { account: string; organization?: string | undefined; kind?: LogKind; region?: string; day?: Date },
): string | undefined {
  const { account, organization, kind = "CloudTrail", region, day } = of;
  if (trail.IsOrganizationTrail && !organization) return undefined;
  const prefix = trail.S3KeyPrefix ? `${trail.S3KeyPrefix}/` : "";
  const within = trail.IsOrganizationTrail ? `${organization}/` : "";
  const date = region && day ? `${region}/${day.toISOString().slice(0, 10).replaceAll("-", "/")}/` : "";
  return `${prefix}AWSLogs/${within}${account}/${kind}/${date}`;
}

export interface Condition {
  type: "success" | "stopped" | "error" | "warning" | "pending";
  text: string;
  /** The error that it comes of. */
  code?: string;
}

/** What GetTrailStatus says, in a word or two: whether it logs, and whether what it logs arrives. */
export function conditionOf(status: TrailStatus): Condition {
  if (!status.IsLogging) return { type: "stopped", text: "Off" };
  const { LatestDeliveryError, LatestDigestDeliveryError } = status;
  const failing = (type: "error" | "warning", what: string, code: string): Condition => ({
    type,
    text: `${what}: ${code}`,
    code,
  });
  if (LatestDeliveryError) return failing("error", "Delivery fails", LatestDeliveryError);
  if (LatestDigestDeliveryError) return failing("warning", "Digests fail", LatestDigestDeliveryError);
  const { LatestNotificationError, LatestCloudWatchLogsDeliveryError } = status;
  if (LatestNotificationError) return failing("warning", "Notifications fail", LatestNotificationError);
  if (LatestCloudWatchLogsDeliveryError) {
    return failing("warning", "CloudWatch Logs fail", LatestCloudWatchLogsDeliveryError);
  }
  return { type: "success", text: "Logging" };
}

/** Of an ARN of a log group, its name. */
export const logGroupName = (arn: string): string => /:log-group:([^:]+)/.exec(arn)?.[1] ?? arn;

/** Says in how many files how many events were delivered: `10 in 1 log file (1.6 kB)`. */
export function deliveredInWords({ Events, Files, Bytes }: { Events: number; Files: number; Bytes: number }) {
  const number = new Intl.NumberFormat("en-US");
  return `${number.format(Events)} in ${number.format(Files)} log file${Files === 1 ? "" : "s"} (${sizeOf(Bytes)})`;
}

/** `1.4 MB`: a size as people read it. */
export function sizeOf(bytes: number): string {
  const unit = ["B", "kB", "MB", "GB", "TB"];
  const power = bytes < 1 ? 0 : Math.min(unit.length - 1, Math.floor(Math.log10(bytes) / 3));
  const number = bytes / 1000 ** power;
  return `${power === 0 || number >= 100 ? Math.round(number) : number.toFixed(1)} ${unit[power]}`;
}

/** What such an error of a delivery means, and what helps. */
export function explainError(code: string): string {
  const known = EXPLAINED.find(([pattern]) => pattern.test(code));
  return known?.[1] ?? "What could not be delivered waits, and is delivered once this is mended.";
}

const EXPLAINED: [RegExp, string][] = [
  [
    /^AccessDenied/,
    "The bucket's policy, the topic's or the role's no longer lets CloudTrail in. Put the policy back: what waits is delivered then.",
  ],
  [
    /^NoSuchBucket/,
    "The bucket is gone. Make it again with its policy, or choose another: what waits is delivered then.",
  ],
  [
    /^KMS|^Kms|Disabled/,
    "The KMS key is disabled, is to be deleted or may not be used. Enable it, or choose another.",
  ],
  [
    /^EndpointUnreachable|^RequestTimeout/,
    "The endpoint where it goes does not answer. It is tried again until it does.",
  ],
  [/^RequestNotMade/, "The server has no credentials for the endpoint: see the settings endpoints.*."],
  [
    /^NotFound|ResourceNotFound/,
    "What it is sent to is gone. Make it again, or take it out of the trail's settings.",
  ],
];
