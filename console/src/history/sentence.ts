import { visible } from "../shell/visible";
import { type Actor, actorOf, placeOf } from "./actor";
import { inThePast } from "./english";
import { denied, type EventRecord, textAt } from "./record";
import { CLOUDTRAIL } from "./sentences/cloudtrail";
import { EC2 } from "./sentences/ec2";
import { genericPhrase } from "./sentences/generic";
import { IAM } from "./sentences/iam";
import { KMS } from "./sentences/kms";
import { LAMBDA } from "./sentences/lambda";
import { ORGANIZATIONS } from "./sentences/organizations";
import { OTHERS } from "./sentences/others";
import type { Phrases } from "./sentences/phrase";
import { S3 } from "./sentences/s3";
import { SIGNIN } from "./sentences/signin";
import { STS } from "./sentences/sts";
import { codeOf, fillFirst } from "./template";

const PHRASES: Readonly<Record<string, Phrases>> = {
  ...OTHERS,
  "cloudtrail.amazonaws.com": CLOUDTRAIL,
  "ec2.amazonaws.com": EC2,
  "iam.amazonaws.com": IAM,
  "kms.amazonaws.com": KMS,
  "lambda.amazonaws.com": LAMBDA,
  "organizations.amazonaws.com": ORGANIZATIONS,
  "s3.amazonaws.com": S3,
  "signin.amazonaws.com": SIGNIN,
  "sts.amazonaws.com": STS,
};

/** What an event says, in its parts: "alice" "created access key AKIA… for bob" "198.51.100.7". */
export interface Sentence {
  actor: Actor;
  /** What was done, or tried, and what came of it. */
  deed: string;
  /** The address it came from; absent for services. */
  from?: string;
}

/** Says what happened, as a person would. */
export function sentenceOf(record: EventRecord): Sentence {
  const from = placeOf(record);
  const actor = actorOf(record);
  const sentence = { actor: { ...actor, name: visible(actor.name) }, deed: visible(deedOf(record)) };
  return from === undefined ? sentence : { ...sentence, from };
}

/** The sentence as one text. */
export function sentenceText(record: EventRecord): string {
  const { actor, deed, from } = sentenceOf(record);
  return `${actor.name} ${deed}${from ? ` from ${from}` : ""}`;
}

function deedOf(record: EventRecord): string {
  const phrase = phraseOf(record);
  const how = textAt(record, "sessionCredentialFromConsole") === "true" ? " in the console" : "";
  const code = codeOf(record);
  const message = textAt(record, "errorMessage");
  if (code === undefined && message === undefined) return `${inThePast(phrase)}${how}`;
  if (code === "DryRunOperation") return `tried out whether they may ${phrase}${how}: they may`;
  return `tried to ${phrase}${how} ${outcomeOf(record, code, message)}`;
}

function outcomeOf(record: EventRecord, code: string | undefined, message: string | undefined): string {
  if (code === undefined) return `and failed (${message})`;
  if (denied(record)) return `and was denied (${code})`;
  if (/Throttl|RequestLimitExceeded|TooManyRequests|SlowDown/.test(code))
    return `and was throttled (${code})`;
  return `and failed (${code})`;
}

function phraseOf(record: EventRecord): string {
  const name = (textAt(record, "eventName") ?? "").replace(/_?20\d{2}_?\d{2}_?\d{2}(v\d+)?$/, "");
  const phrases = PHRASES[textAt(record, "eventSource") ?? ""];
  const phrase = phrases && Object.hasOwn(phrases, name) ? phrases[name] : undefined;
  return (typeof phrase === "string" ? fillFirst(phrase, record) : phrase?.(record)) ?? genericPhrase(record);
}
