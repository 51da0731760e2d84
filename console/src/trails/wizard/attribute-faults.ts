import type { Tag } from "../calls/cloudtrail";
import type { Faults } from "../selectors/faults";
import type { Draft } from "./draft";

/** What of the attributes can't be right, by field; the server judges the rest. */
export function attributeFaults(draft: Draft, isNew: boolean): Faults {
  const faults: Faults = {};
  const say = (field: string, fault: string | undefined) => {
    if (fault) faults[field] = fault;
  };
  if (isNew) say("name", nameFault(draft.name));
  if (draft.bucketFrom === "new") say("newBucket", bucketFault(draft.newBucket));
  else say("bucket", draft.bucket ? bucketFault(draft.bucket) : "Choose or enter a bucket.");
  if (draft.prefix.length > 200) say("prefix", "A prefix has at most 200 characters.");
  if (/^\/|\/$/.test(draft.prefix)) say("prefix", "A prefix neither begins nor ends with a slash.");
  if (draft.keyFrom === "new" && !/^[\w/-]{1,250}$/.test(draft.newKeyAlias)) {
    say("newKeyAlias", "Enter an alias of letters, digits, slashes, hyphens and underscores.");
  }
  if (draft.keyFrom === "existing" && !draft.key) say("key", "Choose a key, or enter its ARN, id or alias.");
  if (draft.topicOn && !draft.topic) say("topic", "Enter the topic's name or ARN.");
  if (draft.logsOn && !/^arn:[^:]+:logs:[^:]+:\d{12}:log-group:.+/.test(draft.logGroup)) {
    say("logGroup", "Enter the ARN of a log group: arn:aws:logs:REGION:ACCOUNT:log-group:NAME:*");
  }
  if (draft.logsOn && !/^arn:[^:]+:iam::\d{12}:role\/.+/.test(draft.logRole)) {
    say("logRole", "Enter the ARN of a role: arn:aws:iam::ACCOUNT:role/NAME");
  }
  if (draft.tags.some((_, at) => tagFault(draft.tags, at))) say("tags", "A tag can't be as it is.");
  return faults;
}

/** What is wrong with one of the tags. */
export function tagFault(tags: readonly Tag[], at: number): string | undefined {
  const { Key = "", Value = "" } = tags[at] ?? {};
  if (!Key.trim()) return "Enter a key.";
  if (Key.length > 128 || Value.length > 256) return "A key has up to 128 characters, a value up to 256.";
  if (/^aws:/i.test(Key) || /^aws:/i.test(Value)) return "Tags that begin with aws: are AWS's own.";
  if (!/^[\p{L}\p{N}\s_.:/=+\-@]*$/u.test(Key + Value))
    return "Use letters, digits, spaces and _ . : / = + - @";
  if (tags.some((tag, index) => index < at && tag.Key === Key)) return "Another tag has this key.";
  return undefined;
}

/** Trail names, by the rules of CloudTrail. */
export function nameFault(name: string): string | undefined {
  if (!name) return "Enter a name.";
  if (name.length < 3) return "A name has at least 3 characters.";
  if (name.length > 128) return "A name has at most 128 characters.";
  if (!/^[\w.-]+$/.test(name)) return "A name has letters, digits, periods, hyphens and underscores only.";
  if (!/^[a-zA-Z0-9].*[a-zA-Z0-9]$/.test(name)) return "A name begins and ends with a letter or digit.";
  if (/[._-]{2}/.test(name)) return "Periods, hyphens and underscores can't stand beside each other.";
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) return "A name can't be an IP address.";
  return undefined;
}

/** Bucket names, by the rules of S3. */
export function bucketFault(name: string): string | undefined {
  if (!name) return "Enter a name for the bucket.";
  if (name.length < 3 || name.length > 63) return "A bucket's name has 3 to 63 characters.";
  if (!/^[a-z0-9][a-z0-9.-]*[a-z0-9]$/.test(name)) {
    return "A bucket's name has lowercase letters, digits, periods and hyphens only, and begins and ends with a letter or digit.";
  }
  if (/\.\.|\.-|-\./.test(name)) return "Periods stand neither beside each other nor beside hyphens.";
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) return "A bucket's name can't be an IP address.";
  return undefined;
}
