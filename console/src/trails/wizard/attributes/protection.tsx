import Autosuggest from "@cloudscape-design/components/autosuggest";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { listAliases } from "../../calls/kms";
import type { PartProps } from "./props";

/** What protects log files: signed digests, and a KMS key. */
export function Protection({ draft, change, faults, region }: PartProps & { region: string }) {
  return (
    <Container header={<Header variant="h2">Protection</Header>}>
      <SpaceBetween size="l">
        <Checkbox
          checked={draft.validation}
          onChange={({ detail }) => change({ validation: detail.checked })}
          description="Recommended. Every hour, a signed digest tells which log files were delivered, so that you can prove that none was changed or deleted."
        >
          Log file validation
        </Checkbox>
        <FormField label="Log file SSE-KMS encryption" stretch>
          <RadioGroup
            value={draft.keyFrom}
            onChange={({ detail }) => change({ keyFrom: detail.value as typeof draft.keyFrom })}
            items={[
              { value: "none", label: "Off", description: "Log files are encrypted with keys of S3's own." },
              {
                value: "new",
                label: "Create a key",
                description: "Readers then need the key as well as the bucket.",
              },
              { value: "existing", label: "Use a key that is there" },
            ]}
          />
        </FormField>
        {draft.keyFrom === "new" && (
          <FormField label="Alias of the new key" errorText={faults.newKeyAlias}>
            <Input
              value={draft.newKeyAlias}
              onChange={({ detail }) => change({ newKeyAlias: detail.value.trim().replace(/^alias\//, "") })}
              placeholder="trail-logs"
              spellcheck={false}
            />
          </FormField>
        )}
        {draft.keyFrom === "existing" && (
          <ExistingKey draft={draft} change={change} faults={faults} region={region} />
        )}
      </SpaceBetween>
    </Container>
  );
}

function ExistingKey({ draft, change, faults, region }: PartProps & { region: string }) {
  const aliases = useQuery({
    queryKey: ["aliases", region],
    queryFn: ({ signal }) => listAliases(region, signal),
  });
  return (
    <FormField
      label="KMS key"
      description="An alias, or the ARN or id of a key. Its policy must let CloudTrail encrypt: cairn key-policy prints such a policy."
      errorText={faults.key}
      stretch
    >
      <Autosuggest
        value={draft.key}
        onChange={({ detail }) => change({ key: detail.value.trim() })}
        options={(aliases.data ?? []).map((value) => ({ value }))}
        statusType={aliases.isPending ? "loading" : aliases.isError ? "error" : "finished"}
        loadingText="Loading aliases"
        errorText="The aliases can't be listed. Enter a key."
        enteredTextLabel={(value) => `Use: ${value}`}
        empty="No aliases"
        placeholder="alias/trail-logs"
        ariaLabel="KMS key"
      />
    </FormField>
  );
}
