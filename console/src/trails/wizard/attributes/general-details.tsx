import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useSession } from "../../../session/session-gate";
import { useOrganization } from "../../queries";
import type { PartProps } from "./props";

/** The trail's name, and which Regions and accounts it covers. */
export function GeneralDetails({ draft, change, faults, isNew }: PartProps & { isNew: boolean }) {
  return (
    <Container header={<Header variant="h2">General details</Header>}>
      <SpaceBetween size="l">
        <FormField
          label="Trail name"
          description={isNew ? "Enter a display name for your trail." : "A trail keeps its name."}
          constraintText="3 to 128 letters, digits, periods, hyphens and underscores."
          errorText={faults.name}
        >
          <Input
            value={draft.name}
            onChange={({ detail }) => change({ name: detail.value.trim() })}
            disabled={!isNew}
            placeholder="management-events"
            autoComplete={false}
            spellcheck={false}
            autoFocus={isNew}
          />
        </FormField>
        <Checkbox
          checked={draft.multiRegion}
          onChange={({ detail }) => change({ multiRegion: detail.checked })}
          description="Recommended. Events of Regions that you do not use are what nobody else would notice."
        >
          Log events of all Regions
        </Checkbox>
        <OrganizationChoice draft={draft} change={change} />
        <Checkbox
          checked={draft.recursive}
          onChange={({ detail }) => change({ recursive: detail.checked })}
          description="Without it, the trail leaves out what CloudTrail does to deliver the trail's own files."
        >
          Log the deliveries of log files too
        </Checkbox>
      </SpaceBetween>
    </Container>
  );
}

function OrganizationChoice({ draft, change }: Pick<PartProps, "draft" | "change">) {
  const { Account } = useSession();
  const { data: organization, error } = useOrganization();
  if (!organization && !draft.organization && !error) return null;
  const doubt = error ?? organization?.doubt;
  const may = organization?.governs ?? false;
  return (
    <Checkbox
      checked={draft.organization}
      disabled={!may}
      onChange={({ detail }) => change({ organization: detail.checked })}
      description={
        may
          ? `The trail logs the events of every account of ${organization?.id}. It belongs to ${organization?.management === Account.Id ? "this account" : organization?.management}, and members see it.`
          : doubt
            ? `Whether this account can do this could not be found out: ${doubt.message}`
            : "Only the organization's management account and its delegated administrators for CloudTrail can do this."
      }
    >
      Log events of all accounts in my organization
    </Checkbox>
  );
}
