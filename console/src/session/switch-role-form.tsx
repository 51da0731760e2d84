import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, useState } from "react";
import { Refused } from "../shell/refused";
import { accountOf } from "./account";
import { ColourSwatch } from "./colour-swatch";
import { COLOURS, type RememberedRole } from "./roles";
import { useSwitch } from "./use-switch";

/** Asks which role to take. */
export function SwitchRoleForm({ start }: { start: RememberedRole }) {
  const [role, setRole] = useState(start);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const { toRole } = useSwitch();
  const lacks = { account: !role.account.trim(), roleName: !role.roleName.trim() };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (lacks.account || lacks.roleName || busy) return;
    setBusy(true);
    setError(undefined);
    try {
      await toRole({ ...role, account: accountOf(role.account), roleName: role.roleName.trim() });
    } catch (refusal) {
      setError(refusal);
      setBusy(false);
    }
  };
  return (
    <form onSubmit={submit} noValidate>
      <Form
        actions={
          <Button variant="primary" loading={busy} loadingText="Switching role">
            Switch role
          </Button>
        }
      >
        <Container header={<Header variant="h2">Role</Header>}>
          <SpaceBetween size="l">
            {error !== undefined && <Refused error={error} doing={`switch to ${role.roleName}`} />}
            <FormField
              label="Account ID or alias"
              errorText={
                tried && lacks.account
                  ? "Enter the role's account: its ID, 12 digits, or its alias."
                  : undefined
              }
            >
              <Input
                value={role.account}
                onChange={({ detail }) => setRole({ ...role, account: detail.value })}
                spellcheck={false}
                disableBrowserAutocorrect
                autoFocus={!start.account}
              />
            </FormField>
            <FormField
              label="Role name"
              description="With its path, where it has one: team/ops."
              errorText={tried && lacks.roleName ? "Enter the role's name." : undefined}
            >
              <Input
                value={role.roleName}
                onChange={({ detail }) => setRole({ ...role, roleName: detail.value })}
                spellcheck={false}
                disableBrowserAutocorrect
              />
            </FormField>
            <FormField
              label={
                <span>
                  Display name <i>- optional</i>
                </span>
              }
              description="What stands at the top of the console while you have the role."
            >
              <Input
                value={role.displayName}
                onChange={({ detail }) => setRole({ ...role, displayName: detail.value.slice(0, 64) })}
              />
            </FormField>
            <ColourField colour={role.colour} onChange={(colour) => setRole({ ...role, colour })} />
          </SpaceBetween>
        </Container>
      </Form>
    </form>
  );
}

const OPTIONS = [
  { value: "", label: "None" },
  ...Object.keys(COLOURS).map((colour) => ({
    value: colour,
    label: colour.charAt(0).toUpperCase() + colour.slice(1),
    iconSvg: <ColourSwatch colour={colour} />,
  })),
];

function ColourField({ colour, onChange }: { colour: string; onChange: (colour: string) => void }) {
  return (
    <FormField
      label={
        <span>
          Display colour <i>- optional</i>
        </span>
      }
      description="A colour for what must not be mistaken, such as red for production."
    >
      <Select
        selectedOption={OPTIONS.find(({ value }) => value === colour) ?? null}
        options={OPTIONS}
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
      />
    </FormField>
  );
}
