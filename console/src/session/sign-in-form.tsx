import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, type ReactNode, useEffect, useRef } from "react";
import { DialogFocus } from "../shell/dialog-focus";
import { span } from "../shell/time";
import { CredentialFields } from "./credential-fields";
import { MfaField } from "./mfa-field";
import { NewPasswordFields } from "./new-password-fields";
import { useCountdown } from "./use-countdown";
import type { SignInForm as Model } from "./use-sign-in";

interface SignInFormProps {
  form: Model;
  /** Whoever it is can't be changed: the session of this one has ended. */
  fixed?: boolean;
  /** Between the fields and the button. */
  children?: ReactNode;
  /** Below the button. */
  secondary?: ReactNode;
}

/** The steps of a sign-in: who, then a code where one is asked for, then a new password where it must be changed. */
export function SignInForm({ form, fixed = false, children, secondary }: SignInFormProps) {
  const { outcome, busy, lockedUntil } = form;
  const locked = useCountdown(lockedUntil);
  const element = useRef<HTMLFormElement>(null);
  const first = useRef({ focus: () => focusFirst(element.current) });
  // After an answer the first field that is wrong, or empty, is the next to be typed in.
  useEffect(() => {
    if (outcome.errors || outcome.alert) focusFirst(element.current);
  }, [outcome]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!busy && !locked) form.submit();
  };
  return (
    <form onSubmit={submit} noValidate ref={element}>
      {fixed && <DialogFocus field={first} />}
      <SpaceBetween size="l">
        {locked > 0 ? <LockedOut seconds={locked} /> : <Told outcome={outcome} />}
        {outcome.step === "credentials" && <CredentialFields form={form} fixed={fixed} />}
        {outcome.step === "mfa" && <MfaField form={form} />}
        {outcome.step === "new-password" && <NewPasswordFields form={form} />}
        {outcome.step === "credentials" && children}
        <SpaceBetween size="xs">
          <Button variant="primary" fullWidth loading={busy} loadingText="Signing in" disabled={locked > 0}>
            {BUTTON[outcome.step]}
          </Button>
          {outcome.step !== "credentials" && (
            <Button variant="link" fullWidth formAction="none" onClick={form.startAgain}>
              Back
            </Button>
          )}
          {secondary}
        </SpaceBetween>
      </SpaceBetween>
    </form>
  );
}

/** What a step is called. */
export const STEP_TITLES = {
  credentials: "Sign in",
  mfa: "Multi-factor authentication",
  "new-password": "Change your password",
};

const BUTTON = { credentials: "Sign in", mfa: "Submit", "new-password": "Change password and sign in" };

function Told({ outcome: { alert } }: { outcome: Model["outcome"] }) {
  if (!alert) return null;
  return (
    <div role="alert">
      <Alert type={alert.type} header={alert.header}>
        {alert.message}
      </Alert>
    </div>
  );
}

function LockedOut({ seconds }: { seconds: number }) {
  return (
    <div role="alert">
      <Alert type="warning" header="Too many failed attempts">
        {/* Told once; a countdown that is read aloud each second would be a torment. */}
        <span aria-live="off">You can try again in {span(seconds)}.</span>
      </Alert>
    </div>
  );
}

function focusFirst(form: HTMLFormElement | null): void {
  const inputs = [
    ...(form?.querySelectorAll<HTMLInputElement>("input:not([disabled]):not([type=radio])") ?? []),
  ];
  const wrong = inputs.find((input) => input.getAttribute("aria-invalid") === "true");
  const empty = inputs.find((input) => input.value === "" && input.type !== "checkbox");
  (wrong ?? empty)?.focus();
}
