import { Refusal } from "../../../api/call";

/** What helps against a refusal of CloudTrail, S3 or KMS, where its message does not say. */
export function adviceFor(error: unknown): string | undefined {
  if (!(error instanceof Refusal)) return undefined;
  return ADVICE.find(([code]) => error.code.startsWith(code))?.[1];
}

/** Whether it is the settings that must change before the same can work. */
export const isAboutSettings = (error: unknown): boolean =>
  error instanceof Refusal && error.status >= 400 && error.status < 500 && !error.isDenied;

const ADVICE: [string, string][] = [
  [
    "InsufficientS3BucketPolicy",
    "Go back to the settings: below the bucket, a button adds what its policy lacks. For another account's bucket, ask its owner.",
  ],
  ["S3BucketDoesNotExist", "Go back to the settings, and let the bucket be created or choose another."],
  [
    "BucketAlreadyExists",
    "Somebody else has a bucket of this name. Go back to the settings, and enter another name.",
  ],
  [
    "InsufficientEncryptionPolicy",
    "The key's policy must let CloudTrail encrypt. The command cairn key-policy prints such a policy.",
  ],
  ["KmsKeyNotFound", "The key must be in the Region of the bucket."],
  [
    "InsufficientSnsTopicPolicy",
    "The topic must be there, and its policy let CloudTrail publish; the server's setting endpoints.sns must say where topics are.",
  ],
  [
    "InvalidCloudWatchLogs",
    "The role must let CloudTrail in and may write to the group, and the server's setting endpoints.logs must say where groups are.",
  ],
  ["CloudWatchLogsDeliveryUnavailable", "The server's setting endpoints.logs must say where log groups are."],
  [
    "MaximumNumberOfTrailsExceeded",
    "Delete a trail that you no longer need, or make the new one in another Region.",
  ],
  [
    "CloudTrailAccessNotEnabled",
    "In the management account: aws organizations enable-aws-service-access --service-principal cloudtrail.amazonaws.com",
  ],
  [
    "AlreadyExistsException",
    "Another key has this alias. Go back to the settings, and enter another or use that key.",
  ],
];
