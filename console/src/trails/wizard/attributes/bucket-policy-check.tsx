import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Refusal } from "../../../api/call";
import { useSession } from "../../../session/session-gate";
import { Command } from "../../../shell/command";
import { Refused } from "../../../shell/refused";
import { type Delivery, hasDelivery, withDelivery } from "../../access/bucket-policy";
import { getBucketPolicy, putBucketPolicy } from "../../calls/s3";
import { useOrganization } from "../../queries";
import { useSettled } from "../../use-settled";
import type { Draft } from "../draft";

interface BucketPolicyCheckProps {
  draft: Draft;
  region: string;
  /** Has the bucket made instead. */
  onCreate: () => void;
}

/** Looks whether a bucket is there and lets CloudTrail in, and offers what helps if not. */
export function BucketPolicyCheck({ draft, region, onCreate }: BucketPolicyCheckProps) {
  const { Account } = useSession();
  const { data: organization } = useOrganization();
  const queries = useQueryClient();
  const bucket = useSettled(draft.bucket);
  const covered = draft.organization && organization ? organization : undefined;
  const delivery: Delivery = {
    bucket,
    prefix: draft.prefix,
    owner: covered?.management ?? Account.Id,
    ...(covered ? { organization: covered.id } : {}),
  };
  const key = ["bucket-policy", region, bucket];
  const policy = useQuery({
    queryKey: key,
    // A query's data can't be undefined.
    queryFn: async () => (await getBucketPolicy(region, bucket)) ?? null,
    retry: false,
  });
  const letIn = useMutation({
    mutationFn: (text: string) => putBucketPolicy(region, bucket, text),
    onSuccess: () => queries.invalidateQueries({ queryKey: key }),
  });
  if (bucket !== draft.bucket || policy.isPending) {
    return <StatusIndicator type="loading">Reading the bucket's policy</StatusIndicator>;
  }
  if (policy.error instanceof Refusal && policy.error.code === "NoSuchBucket") {
    return (
      <Alert
        type="warning"
        header={`There is no bucket ${bucket}`}
        action={<Button onClick={onCreate}>Create it on the way</Button>}
      >
        Have it created with the policy that CloudTrail needs, or choose another.
      </Alert>
    );
  }
  if (policy.isError) return <Refused error={policy.error} doing={`read the policy of ${bucket}`} />;
  const found = policy.data ?? undefined;
  if (hasDelivery(found, delivery)) {
    return (
      <StatusIndicator type="success">The bucket's policy lets CloudTrail write log files.</StatusIndicator>
    );
  }
  const wanted = withDelivery(found, delivery);
  return (
    <Alert
      type="info"
      header={
        found ? "The bucket's policy may not let CloudTrail write here" : "The bucket has no policy yet"
      }
      action={
        <Button loading={letIn.isPending} onClick={() => letIn.mutate(wanted)}>
          Let CloudTrail in
        </Button>
      }
    >
      <SpaceBetween size="s">
        <span>
          CloudTrail refuses a trail whose bucket it can&apos;t write to. What is missing lets in the trails
          of this account{covered ? " and of the organization" : ""}
          {found ? ", beside what the policy says already." : "."}
        </span>
        <ExpandableSection headerText="The policy as it would be">
          <Command text={wanted} what="policy" />
        </ExpandableSection>
        {letIn.isError && <Refused error={letIn.error} doing="put the policy" />}
      </SpaceBetween>
    </Alert>
  );
}
