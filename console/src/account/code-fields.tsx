import FormField from "@cloudscape-design/components/form-field";
import Input, { type InputProps } from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type RefObject, useRef } from "react";
import { DialogFocus } from "../shell/dialog-focus";
import type { TwoCodesForm } from "./use-two-codes";

/** Two codes in a row of a device, in a dialog. */
export function CodeFields({ form: { codes, setCodes, problem, isWrong } }: { form: TwoCodesForm }) {
  const first = useRef<InputProps.Ref>(null);
  return (
    <SpaceBetween size="s">
      <DialogFocus field={first} />
      <CodeField
        field={first}
        label="MFA code 1"
        value={codes[0]}
        onChange={(value) => setCodes([value, codes[1]])}
        error={isWrong ? WRONG : undefined}
      />
      <CodeField
        label="MFA code 2"
        description="Wait up to 30 seconds, until the app shows the next one."
        value={codes[1]}
        onChange={(value) => setCodes([codes[0], value])}
        error={problem}
      />
    </SpaceBetween>
  );
}

const WRONG =
  "These are not two codes in a row of this device. See that its clock is right, and try with two new ones.";

interface CodeFieldProps {
  label: string;
  description?: string;
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
  field?: RefObject<InputProps.Ref | null>;
}

function CodeField({ label, description, value, onChange, error, field }: CodeFieldProps) {
  return (
    <FormField label={label} description={description} errorText={error}>
      <Input
        {...(field ? { ref: field } : {})}
        value={value}
        onChange={({ detail }) => onChange(detail.value)}
        inputMode="numeric"
        autoComplete="off"
        nativeInputAttributes={{ maxLength: 7 }}
      />
    </FormField>
  );
}
