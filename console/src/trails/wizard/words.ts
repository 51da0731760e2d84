import { deliveryPolicy } from "../access/bucket-policy";
import { isAdvanced } from "../selectors/convert";
import { writeText } from "../selectors/text";
import { NEW_KEY, type Operation, type Step } from "./plan";

const DOING: Record<Operation, string> = {
  CreateTrail: "Create the trail",
  UpdateTrail: "Change the trail's settings",
  PutEventSelectors: "Choose the events",
  PutInsightSelectors: "Choose what Insights look for",
  PutEventConfiguration: "Choose what data events are summed up by",
  AddTags: "Add tags",
  RemoveTags: "Remove tags",
  StartLogging: "Start logging",
};

/** What a step does, in words. */
export function doing(step: Step): string {
  switch (step.kind) {
    case "bucket":
      return `Make the bucket ${step.delivery.bucket} with its policy`;
    case "key":
      return `Make the KMS key ${step.alias} with its policy`;
    case "call":
      return DOING[step.operation];
  }
}

/** The same as commands of the AWS CLI. */
export function commands(step: Step): string[] {
  const region = `--region ${step.region}`;
  switch (step.kind) {
    case "bucket":
      return [
        `aws s3 mb s3://${step.delivery.bucket} ${region}`,
        `aws s3api put-bucket-policy --bucket ${step.delivery.bucket} --policy ${quoted(JSON.stringify(JSON.parse(deliveryPolicy(step.delivery))))}`,
      ];
    case "key":
      return [
        `key=$(aws kms create-key ${region} --policy ${quoted(JSON.stringify(JSON.parse(step.policy)))} --query KeyMetadata.Arn --output text)`,
        `aws kms create-alias ${region} --alias-name ${step.alias} --target-key-id "$key"`,
      ];
    case "call":
      return [
        `aws cloudtrail ${kebab(step.operation)} ${region} ${Object.entries(step.input)
          .map(([name, value]) => option(name, value))
          .join(" ")}`,
      ];
  }
}

/** The selectors alone, for who keeps them in a file. */
export const selectorsCommand = (
  region: string,
  name: string,
  selectors: Parameters<typeof writeText>[0],
): string =>
  `aws cloudtrail put-event-selectors --region ${region} --trail-name ${quoted(name)} --${
    isAdvanced(selectors) ? "advanced-event-selectors" : "event-selectors"
  } ${quoted(JSON.stringify(JSON.parse(writeText(selectors))))}`;

function option(name: string, value: unknown): string {
  const flag = kebab(name);
  if (value === NEW_KEY) return `--${flag} "$key"`;
  if (typeof value === "boolean") return value ? `--${flag}` : `--no-${flag}`;
  return `--${flag} ${quoted(typeof value === "string" ? value : JSON.stringify(value))}`;
}

/** `S3BucketName` as the AWS CLI writes it: `s3-bucket-name`. */
const kebab = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase();

/** A text as one word of a shell. */
const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
