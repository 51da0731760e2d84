import type { AdvancedFieldSelector } from "../../api/trails";
import { isAdvanced, toAdvanced } from "../selectors/convert";
import type { Selectors } from "../selectors/form";

/**
 * Whether selectors take what CloudTrail does to deliver to a bucket: then each log file is an event of the next, and
 * an idle trail never ends delivering.
 */
export function takesOwnDeliveries(
  selectors: Selectors | undefined,
  to: { bucket: string; prefix: string },
): boolean {
  if (!selectors) return false;
  const advanced = isAdvanced(selectors)
    ? selectors.AdvancedEventSelectors
    : toAdvanced(selectors.EventSelectors);
  const delivery: Record<string, string> = {
    eventCategory: "Data",
    "resources.type": "AWS::S3::Object",
    "resources.ARN": `arn:aws:s3:::${to.bucket}/${to.prefix && `${to.prefix}/`}AWSLogs/`,
    readOnly: "false",
    eventName: "PutObject",
    eventSource: "s3.amazonaws.com",
    eventType: "AwsApiCall",
  };
  return advanced.some(({ FieldSelectors }) =>
    FieldSelectors.every((field) => accepts(field, delivery[field.Field])),
  );
}

/** What a selector makes of a value; of the ARN only the beginning is known. */
function accepts(field: AdvancedFieldSelector, value: string | undefined): boolean {
  const isBeginning = field.Field === "resources.ARN";
  const { Equals, StartsWith, EndsWith, NotEquals, NotStartsWith, NotEndsWith } = field;
  const selects = Equals ?? StartsWith ?? EndsWith;
  if (value === undefined) return selects === undefined;
  const starts = (text: string) => value.startsWith(text) || (isBeginning && text.startsWith(value));
  const hit =
    (isBeginning ? (Equals ?? []).some(starts) : Equals?.includes(value)) ||
    StartsWith?.some(starts) ||
    EndsWith?.some((text) => isBeginning || value.endsWith(text));
  const missed =
    NotEquals?.includes(value) ||
    NotStartsWith?.some((text) => value.startsWith(text)) ||
    (!isBeginning && NotEndsWith?.some((text) => value.endsWith(text)));
  return (selects === undefined || Boolean(hit)) && !missed;
}
