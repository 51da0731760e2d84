import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import type { SignInForm } from "./use-sign-in";

/** The second factor. */
export function MfaField({ form: { entries, change, outcome } }: { form: SignInForm }) {
  return (
    <FormField
      label="MFA code"
      description={
        entries.newPassword
          ? "The six digits that your authenticator app shows now. The new password that you chose goes with them."
          : "The six digits that your authenticator app shows for this account."
      }
      errorText={outcome.errors?.code}
      stretch
    >
      <Input
        value={entries.code}
        onChange={({ detail }) => change({ code: detail.value })}
        inputMode="numeric"
        autoComplete="one-time-code"
        nativeInputAttributes={{ maxLength: 7 }}
        autoFocus
      />
    </FormField>
  );
}
