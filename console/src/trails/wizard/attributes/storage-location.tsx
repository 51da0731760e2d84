import Autosuggest from "@cloudscape-design/components/autosuggest";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { useSession } from "../../../session/session-gate";
import { listBuckets } from "../../calls/s3";
import { useOrganization } from "../../queries";
import { folderOf } from "../../trail-facts";
import { bucketOf } from "../plan";
import { BucketPolicyCheck } from "./bucket-policy-check";
import type { PartProps } from "./props";

/** Where log files go: a bucket that is made on the way, or one that is there. */
export function StorageLocation({ draft, change, faults, region }: PartProps & { region: string }) {
  const { Account } = useSession();
  const { data: organization } = useOrganization();
  const folder = folderOf(
    // Only these two members decide where files lie.
    { S3KeyPrefix: draft.prefix, IsOrganizationTrail: draft.organization },
    { account: Account.Id, organization: organization?.id },
  );
  return (
    <Container header={<Header variant="h2">Storage location</Header>}>
      <SpaceBetween size="l">
        <FormField label="Bucket for log files" stretch>
          <RadioGroup
            value={draft.bucketFrom}
            onChange={({ detail }) => change({ bucketFrom: detail.value as typeof draft.bucketFrom })}
            items={[
              {
                value: "new",
                label: "Create a bucket",
                description: "It gets the policy that lets CloudTrail write to it.",
              },
              { value: "existing", label: "Use a bucket that is there" },
            ]}
          />
        </FormField>
        {draft.bucketFrom === "new" ? (
          <FormField
            label="Name of the new bucket"
            constraintText="No other bucket may have the name, in any account."
            errorText={faults.newBucket}
          >
            <Input
              value={draft.newBucket}
              onChange={({ detail }) => change({ newBucket: detail.value.trim() })}
              spellcheck={false}
            />
          </FormField>
        ) : (
          <ExistingBucket draft={draft} change={change} faults={faults} region={region} />
        )}
        <FormField
          label={
            <>
              Prefix <i>- optional</i>
            </>
          }
          errorText={faults.prefix}
          constraintText={`Log files go to ${bucketOf(draft) || "BUCKET"}/${folder ?? "…"}`}
          stretch
        >
          <Input
            value={draft.prefix}
            onChange={({ detail }) => change({ prefix: detail.value.trim() })}
            placeholder="audit"
            spellcheck={false}
          />
        </FormField>
        {draft.bucketFrom === "existing" && draft.bucket && (
          <BucketPolicyCheck
            draft={draft}
            region={region}
            onCreate={() => change({ bucketFrom: "new", newBucket: draft.bucket })}
          />
        )}
      </SpaceBetween>
    </Container>
  );
}

function ExistingBucket({ draft, change, faults, region }: PartProps & { region: string }) {
  const buckets = useQuery({
    queryKey: ["buckets", region],
    queryFn: ({ signal }) => listBuckets(region, signal),
  });
  return (
    <FormField
      label="Bucket"
      description="Choose one of this account's, or enter the name of another that lets CloudTrail in."
      errorText={faults.bucket}
    >
      <Autosuggest
        value={draft.bucket}
        onChange={({ detail }) => change({ bucket: detail.value.trim() })}
        options={(buckets.data ?? []).map((value) => ({ value }))}
        statusType={buckets.isPending ? "loading" : buckets.isError ? "error" : "finished"}
        loadingText="Loading buckets"
        errorText="The buckets can't be listed. Enter a name."
        enteredTextLabel={(value) => `Use: ${value}`}
        empty="No buckets"
        placeholder="audit-logs"
        ariaLabel="Bucket"
      />
    </FormField>
  );
}
