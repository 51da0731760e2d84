import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import type { Trail } from "../api/trails";
import { useSession } from "../session/session-gate";
import { href } from "../shell/href";
import { editPath } from "../trails/trail-facts";
import { chosenTrail } from "./chosen-trail";
import type { Asked } from "./use-validation";
import { askedOf, readWhen } from "./when";
import { WhenFields } from "./when-fields";

interface RunFormProps {
  /** Whose digests are checked: each Region has a chain of its own. */
  region: string;
  trails: Trail[];
  isRunning: boolean;
  onRun: (asked: Asked) => void;
  onStop: () => void;
  /** Tells what would be asked. */
  onAsked: (asked: Asked | undefined) => void;
}

/** What is checked: a trail, and from when to when its files were delivered. */
export function RunForm({ region, trails, isRunning, onRun, onStop, onAsked }: RunFormProps) {
  const { Account } = useSession();
  const [search, setSearch] = useSearchParams();
  const [account, setAccount] = useState(Account.Id);
  const named = search.get("trail");
  const trail = chosenTrail(trails, named);
  const when = useMemo(() => readWhen(search), [search]);
  const set = (values: Record<string, string>) =>
    setSearch(
      (before) => {
        const query = new URLSearchParams(before);
        for (const [key, value] of Object.entries(values)) query.set(key, value);
        return query;
      },
      { replace: true },
    );
  const isOfOrganization = trail?.IsOrganizationTrail ?? false;
  const asked = useMemo(
    () => trail && askedOf(trail.TrailARN, when, isOfOrganization ? account : undefined, Date.now()),
    [trail, when, isOfOrganization, account],
  );
  useEffect(() => onAsked(asked), [asked, onAsked]);
  const options = trails.map(({ TrailARN: value, Name: label, HomeRegion, LogFileValidationEnabled }) => ({
    value,
    label,
    description: `${HomeRegion}${LogFileValidationEnabled ? "" : ", log file validation is off"}`,
  }));
  const run = () => {
    const now = trail && askedOf(trail.TrailARN, when, isOfOrganization ? account : undefined, Date.now());
    if (now) onRun(now);
  };
  const isAccount = /^\d{12}$/.test(account);
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              {isRunning && <Button onClick={onStop}>Stop</Button>}
              <Button
                variant="primary"
                loading={isRunning}
                disabled={!asked || (isOfOrganization && !isAccount)}
                onClick={run}
              >
                Validate
              </Button>
            </SpaceBetween>
          }
        >
          What is checked
        </Header>
      }
    >
      <SpaceBetween size="m">
        <Grid gridDefinition={[{ colspan: { default: 12, s: 5 } }, { colspan: { default: 12, s: 7 } }]}>
          <FormField
            label="Trail"
            constraintText={
              trail?.IsMultiRegionTrail &&
              `Its files of ${region} are checked. Each Region has digests of its own: choose another at the top.`
            }
          >
            <Select
              selectedOption={options.find(({ value }) => value === trail?.TrailARN) ?? null}
              options={options}
              disabled={isRunning}
              onChange={({ detail }) => set({ trail: detail.selectedOption.value ?? "" })}
              expandToViewport
            />
          </FormField>
          <WhenFields when={when} disabled={isRunning} onChange={set} />
        </Grid>
        {isOfOrganization && (
          <FormField
            label="Account"
            description="Whose files of the organization's trail are checked."
            errorText={!isAccount && "An account's id has 12 digits."}
          >
            <Input
              value={account}
              inputMode="numeric"
              disabled={isRunning}
              onChange={({ detail }) => setAccount(detail.value.trim())}
            />
          </FormField>
        )}
        {!trail && named && (
          <Alert type="warning" header={`There is no trail ${named.slice(named.lastIndexOf("/") + 1)} here`}>
            It was deleted, or is one of another Region or account. Choose a trail.
          </Alert>
        )}
        {trail && !trail.LogFileValidationEnabled && (
          <Alert
            type="warning"
            header="Log file validation is off"
            action={<Button href={href(editPath(trail.TrailARN, "attributes"))}>Edit trail</Button>}
          >
            Files that are delivered while it is off have no digests, so nothing can be proven of them. Switch
            it on in the trail's settings.
          </Alert>
        )}
      </SpaceBetween>
    </Container>
  );
}
