import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { type KeyboardEvent, type ReactNode, useState } from "react";

interface PasswordFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  autoComplete: "current-password" | "new-password";
  /** Whether it can be read. */
  shown: boolean;
  error?: string | undefined;
  constraint?: ReactNode;
  autoFocus?: boolean;
}

/** A field for a password, that says when Caps Lock is on. */
export function PasswordField({ label, onChange, shown, error, constraint, ...input }: PasswordFieldProps) {
  const [capsLock, setCapsLock] = useState(false);
  const look = (event: KeyboardEvent) => setCapsLock(event.getModifierState?.("CapsLock") ?? false);
  return (
    <FormField
      label={label}
      errorText={error}
      warningText={!error && capsLock ? "Caps Lock is on." : undefined}
      constraintText={constraint}
      stretch
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it only looks at the keys that the field inside gets */}
      <div onKeyDown={look} onKeyUp={look} onBlur={() => setCapsLock(false)}>
        <Input
          type={shown ? "text" : "password"}
          onChange={({ detail }) => onChange(detail.value)}
          disableBrowserAutocorrect
          spellcheck={false}
          {...(input.autoComplete === "current-password" ? { name: "password" } : {})}
          {...input}
        />
      </div>
    </FormField>
  );
}
