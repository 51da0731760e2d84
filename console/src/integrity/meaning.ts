import { capitalised } from "../insights/words";
import type { ResultState } from "./run";

/** What a finding means, for whoever has to act on it: docs/validation.md. */
export interface Meaning {
  /** What it shows. */
  means: string;
  /** What to do. */
  advice: string;
}

const ASK = "Find out who wrote to the bucket: its object-level events, or its access log, tell.";
const RESTORE = "Restore it from a version of the object, or from a copy, and validate again.";

const MEANINGS: [RegExp, Meaning][] = [
  [
    /hash value doesn't match/i,
    {
      means: "The log file's contents are not those that were delivered: it was changed.",
      advice: `${ASK} ${RESTORE}`,
    },
  ],
  [/cut short/i, { means: "The end of the file is missing.", advice: RESTORE }],
  [
    /unexpected data after end/i,
    { means: "Bytes were added behind what was delivered.", advice: `${ASK} ${RESTORE}` },
  ],
  [
    /not found$/i,
    { means: "The object was delivered and is gone: deleted, or moved.", advice: `${ASK} ${RESTORE}` },
  ],
  [
    /moved from its original location/i,
    {
      means: "Another digest's bytes are at this place.",
      advice: "Copy digests together with their keys and bucket names, or put the original back.",
    },
  ],
  [
    /signature verification failed/i,
    {
      means: "The digest was changed, or its signature (the object's metadata) was.",
      advice: `A copy without metadata can't be verified. ${RESTORE}`,
    },
  ],
  [
    /public key not found/i,
    {
      means:
        "It is signed with a key that this account and Region never had: forged, or of another installation.",
      advice: "Compare ListPublicKeys with what was kept elsewhere.",
    },
  ],
  [
    /unable to load pkcs/i,
    {
      means: "The public key that it names can't be read.",
      advice: "Validate again; if it stays, look into the server's log.",
    },
  ],
  [
    /replaced: signed anew/i,
    {
      means:
        "It was written again later and signed with the real key, after the next digest had its signature.",
      advice: "Whoever did it could sign in the trail's name. Take it for an intrusion.",
    },
  ],
  [/invalid format/i, { means: "It is no digest or no gzip any more.", advice: `${ASK} ${RESTORE}` }],
  [
    /previousDigestHashValue/i,
    {
      means: "The chain does not hold: the digest before is not the one that this one was made after.",
      advice: ASK,
    },
  ],
  [
    /no valid digest file proves/i,
    {
      means: "No digest says what was delivered in this time, so nothing in it is proven.",
      advice: "Restore the digests that are reported missing or wrong, and validate again.",
    },
  ],
  [
    /linked digest files leave this time out/i,
    { means: "Two digests follow each other, but the hour between them is in neither.", advice: ASK },
  ],
  [
    /no digest file lists it/i,
    {
      means:
        "A log file lies in the trail's folder that no digest tells of: delivered while validation was off, or forged.",
      advice: "If validation was on at that time, don't rely on it.",
    },
  ],
  [
    /there is no digest file/i,
    {
      means:
        "The newest time has no digests: logging was off, the last hour is not over, or they were removed.",
      advice: "Compare with the trail's status and its StopLogging events.",
    },
  ],
  [
    /no log files were delivered/i,
    {
      means: "Logging or validation was off for this time.",
      advice: "Look for StopLogging and UpdateTrail in event history.",
    },
  ],
  [
    /Cairn's own credentials lack/,
    {
      means:
        "The trail's bucket is in another S3, and what Cairn delivers with may write there, but not read this: nothing is known of it.",
      advice:
        "Whoever runs Cairn can give those credentials s3:GetObject and s3:ListBucket on the bucket (and kms:Decrypt on its key). Or check it yourself with others, below.",
    },
  ],
  [
    /not checked/i,
    {
      means: "The object could not be read, so nothing is known of it.",
      advice:
        "Ask for s3:GetObject and s3:ListBucket on the trail's bucket (and kms:Decrypt on its key), and validate again.",
    },
  ],
];

/** What a finding means; nothing where it is not known. */
export const meaningOf = (finding: string): Meaning | undefined =>
  MEANINGS.find(([pattern]) => pattern.test(finding))?.[1];

/** A finding as it stands beside its result: what that says is not said again. */
export const inWords = (finding: string, state: ResultState): string =>
  capitalised(state === "unchecked" ? finding.replace(/^not checked: /i, "") : finding);
