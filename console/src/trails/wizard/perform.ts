import { cloudtrail, Refusal } from "../../api/call";
import { withDelivery } from "../access/bucket-policy";
import { createAlias, createKey } from "../calls/kms";
import { createBucket, getBucketPolicy, putBucketPolicy } from "../calls/s3";
import { NEW_KEY, type Step } from "./plan";

/** What steps of a plan have made so far, also those that failed halfway. */
export interface Made {
  key?: string;
}

/** Does one step of a plan; doing it again after it failed halfway is fine. */
export async function perform(step: Step, made: Made): Promise<void> {
  switch (step.kind) {
    case "bucket": {
      const { bucket } = step.delivery;
      await unlessMine(createBucket(step.region, bucket));
      // The bucket may have been there, with a policy that must stay.
      const policy = withDelivery(await getBucketPolicy(step.region, bucket), step.delivery);
      return putBucketPolicy(step.region, bucket, policy);
    }
    case "key":
      made.key ??= await createKey(step.region, step.policy);
      return createAlias(step.region, step.alias, made.key);
    case "call": {
      const { KmsKeyId: key } = step.input;
      const input = key === NEW_KEY && made.key ? { ...step.input, KmsKeyId: made.key } : step.input;
      await cloudtrail(step.region, step.operation, input);
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
