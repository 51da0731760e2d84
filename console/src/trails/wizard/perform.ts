import { cloudtrail, Refusal } from "../../api/call";
import { withDelivery } from "../access/bucket-policy";
import { createAlias, createKey } from "../calls/kms";
import { createBucket, getBucketPolicy, putBucketPolicy } from "../calls/s3";
import { NEW_KEY, type Step } from "./plan";

/** What plans have made so far, also steps that failed halfway and plans that were begun again. */
export interface Made {
  key?: string;
  /** The alias that it has. */
  alias?: string;
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
      // A key is of one Region.
      if (made.key?.split(":")[3] !== step.region) {
        made.key = await createKey(step.region, step.policy);
        delete made.alias;
      }
      if (made.alias !== step.alias) await createAlias(step.region, step.alias, made.key);
      made.alias = step.alias;
      return;
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
