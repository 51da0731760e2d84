import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { KnownUserName } from "./known-user-name";
import { PasswordField } from "./password-field";
import { ShowPassword } from "./show-password";
import type { SignInForm } from "./use-sign-in";

/** A new password, where the old one is good for nothing but to change it. */
export function NewPasswordFields({ form: { entries, change, outcome } }: { form: SignInForm }) {
  const [shown, setShown] = useState(false);
  return (
    <SpaceBetween size="m">
      <KnownUserName value={entries.userName} />
      <PasswordField
        label="New password"
        value={entries.newPassword}
        onChange={(newPassword) => change({ newPassword })}
        autoComplete="new-password"
        shown={shown}
        error={outcome.errors?.newPassword}
        autoFocus
      />
      <PasswordField
        label="New password again"
        value={entries.repeated}
        onChange={(repeated) => change({ repeated })}
        autoComplete="new-password"
        shown={shown}
        error={outcome.errors?.repeated}
      />
      <ShowPassword shown={shown} onChange={setShown} label="Show passwords" />
    </SpaceBetween>
  );
}
