import Button from "@cloudscape-design/components/button";
import Form from "@cloudscape-design/components/form";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, useState } from "react";
import { Refusal } from "../api/call";
import { changePassword } from "../api/session";
import { KnownUserName } from "../session/known-user-name";
import { PasswordField } from "../session/password-field";
import { useSession } from "../session/session-gate";
import { ShowPassword } from "../session/show-password";
import { useNotify } from "../shell/notifications";
import { Refused } from "../shell/refused";
import type { PasswordPolicy } from "./password-policy";
import { PasswordRules } from "./password-rules";

interface ChangePasswordFormProps {
  /** What a password must have, where that is known. */
  policy: PasswordPolicy | undefined;
  onClose: () => void;
}

const EMPTY = { old: "", new: "", again: "" };
type Entries = typeof EMPTY;

/** Changes the password of whoever is signed in. */
export function ChangePasswordForm({ policy, onClose }: ChangePasswordFormProps) {
  const [entries, setEntries] = useState(EMPTY);
  const [errors, setErrors] = useState<Partial<Entries>>({});
  const [refusal, setRefusal] = useState<unknown>();
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const notify = useNotify();
  const { Principal } = useSession();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const lacking = lacks(entries);
    setErrors(lacking);
    setRefusal(undefined);
    if (Object.keys(lacking).length || busy) return;
    setBusy(true);
    try {
      await changePassword({ OldPassword: entries.old, NewPassword: entries.new });
      notify({ type: "success", content: "Your password was changed. Your other sessions have ended." });
      onClose();
    } catch (error) {
      setBusy(false);
      const wrong = wrongField(error);
      if (wrong) setErrors(wrong);
      else setRefusal(error);
    }
  };
  const field = (name: keyof Entries, label: string) => (
    <PasswordField
      label={label}
      value={entries[name]}
      onChange={(value) => setEntries((before) => ({ ...before, [name]: value }))}
      autoComplete={name === "old" ? "current-password" : "new-password"}
      shown={shown}
      error={errors[name]}
      autoFocus={name === "old"}
      constraint={
        name === "new" && policy ? <PasswordRules policy={policy} password={entries.new} /> : undefined
      }
    />
  );
  return (
    <form onSubmit={submit} noValidate>
      <KnownUserName value={Principal.Type === "IAMUser" ? Principal.Name : ""} />
      <Form
        variant="embedded"
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" formAction="none" onClick={onClose}>
              Cancel
            </Button>
            <Button variant="primary" loading={busy} loadingText="Changing password">
              Save new password
            </Button>
          </SpaceBetween>
        }
      >
        <SpaceBetween size="m">
          {refusal !== undefined && <Refused error={refusal} doing="change your password" />}
          {field("old", "Current password")}
          {field("new", "New password")}
          {field("again", "New password again")}
          <ShowPassword shown={shown} onChange={setShown} label="Show passwords" />
        </SpaceBetween>
      </Form>
    </form>
  );
}

function lacks(entries: Entries): Partial<Entries> {
  return {
    ...(entries.old ? {} : { old: "Enter your current password." }),
    ...(entries.new ? {} : { new: "Enter a new password." }),
    ...(entries.new === entries.again ? {} : { again: "The two passwords are not the same." }),
  };
}

/** The field that a refusal is about. */
function wrongField(error: unknown): Partial<Entries> | undefined {
  if (!(error instanceof Refusal)) return undefined;
  if (error.code === "Failed") return { old: "This is not your current password." };
  return error.code === "PasswordRefused" ? { new: error.message } : undefined;
}
