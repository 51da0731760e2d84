import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { PasswordField } from "./password-field";
import { ShowPassword } from "./show-password";
import type { SignInForm } from "./use-sign-in";

/** Account, user name and password. */
export function CredentialFields({ form, fixed }: { form: SignInForm; fixed: boolean }) {
  const { entries, change, outcome } = form;
  const [shown, setShown] = useState(false);
  const isUser = entries.kind === "user";
  const firstEmpty = !entries.account ? "account" : isUser && !entries.userName ? "userName" : "password";
  // Above a page it is a dialog's first field, which has the focus once that is open.
  const focused = fixed ? undefined : firstEmpty;
  return (
    <SpaceBetween size="m">
      {!fixed && (
        <SegmentedControl
          label="Who signs in"
          selectedId={entries.kind}
          onChange={({ detail }) => change({ kind: detail.selectedId === "root" ? "root" : "user" })}
          options={[
            { id: "user", text: "IAM user" },
            { id: "root", text: "Root user" },
          ]}
        />
      )}
      <FormField label="Account ID or alias" errorText={outcome.errors?.account} stretch>
        <Input
          value={entries.account}
          onChange={({ detail }) => change({ account: detail.value })}
          autoComplete="organization"
          name="account"
          disabled={fixed}
          autoFocus={focused === "account"}
          disableBrowserAutocorrect
          spellcheck={false}
        />
      </FormField>
      {isUser && (
        <FormField label="User name" errorText={outcome.errors?.userName} stretch>
          <Input
            value={entries.userName}
            onChange={({ detail }) => change({ userName: detail.value })}
            autoComplete="username"
            name="username"
            disabled={fixed}
            autoFocus={focused === "userName"}
            disableBrowserAutocorrect
            spellcheck={false}
          />
        </FormField>
      )}
      <PasswordField
        label="Password"
        value={entries.password}
        onChange={(password) => change({ password })}
        autoComplete="current-password"
        shown={shown}
        error={outcome.errors?.password}
        autoFocus={focused === "password"}
      />
      <ShowPassword shown={shown} onChange={setShown} />
    </SpaceBetween>
  );
}
