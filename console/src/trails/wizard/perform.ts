import { cloudtrail, Refusal } from "../../api/call";
import { createKey } from "../calls/kms";
import { createBucket, putBucketPolicy } from "../calls/s3";
import { NEW_KEY, type Step } from "./plan";

/** What earlier steps of a plan made, that later ones need. */
export interface Made {
  key?: string;
}

/** Does one step of a plan; doing it again after it failed halfway is fine. */
export async function perform(step: Step, made: Made): Promise<Made> {
  switch (step.kind) {
    case "bucket":
      await unlessMine(createBucket(step.region, step.bucket));
      await putBucketPolicy(step.region, step.bucket, step.policy);
      return made;
    case "key":
      return made.key ? made : { key: await createKey(step.region, step.policy, step.alias) };
    case "call": {
      const { KmsKeyId: key } = step.input;
      const input = key === NEW_KEY && made.key ? { ...step.input, KmsKeyId: made.key } : step.input;
      await cloudtrail(step.region, step.operation, input);
      return made;
    }
  }
}

async function unlessMine(creation: Promise<void>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if (!(error instanceof Refusal && error.code === "BucketAlreadyOwnedByYou")) throw error;
  }
}
