import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import TokenGroup from "@cloudscape-design/components/token-group";
import { useState } from "react";
import { type MuteRule, wrongValue } from "../mute-rule";

const FIELDS: { list: keyof MuteRule; label: string; description: string; placeholder: string }[] = [
  {
    list: "names",
    label: "Event names",
    description: "DeleteBucket; Delete... for all that begin so.",
    placeholder: "DeleteBucket",
  },
  { list: "sources", label: "Event sources", description: "The service.", placeholder: "ec2" },
  {
    list: "principals",
    label: "Callers",
    description: "Who makes most of the calls: an ARN, role/NAME, user/NAME, root, or a service.",
    placeholder: "role/nightly-backup",
  },
  {
    list: "windows",
    label: "Times at which it begins",
    description: "In UTC: Sat-Sun, 22:00-06:00, Mon-Fri/22:00-06:00, 2026-12-24/2026-12-27.",
    placeholder: "Mon-Fri/22:00-06:00",
  },
];

/** What is typed and no part of the rule yet. */
export type Typed = Record<keyof MuteRule, string>;

interface RuleFieldsProps {
  rule: MuteRule;
  onChange: (rule: MuteRule) => void;
  typed: Typed;
  onTyped: (change: Partial<Typed>) => void;
}

/** What is muted: the terms of a rule, each with several values where one has to fit. */
export function RuleFields({ rule, onChange, typed, onTyped }: RuleFieldsProps) {
  return (
    <SpaceBetween size="l">
      {FIELDS.map((field) => (
        <Values
          key={field.list}
          {...field}
          values={rule[field.list]}
          onChange={(values) => onChange({ ...rule, [field.list]: values })}
          text={typed[field.list]}
          onText={(text) => onTyped({ [field.list]: text })}
        />
      ))}
    </SpaceBetween>
  );
}

interface ValuesProps {
  list: keyof MuteRule;
  label: string;
  description: string;
  placeholder: string;
  values: string[];
  onChange: (values: string[]) => void;
  text: string;
  onText: (text: string) => void;
}

function Values({ list, label, description, placeholder, values, onChange, text, onText }: ValuesProps) {
  const [error, setError] = useState<string>();
  const add = () => {
    const value = text.trim();
    if (!value) return;
    const wrong = wrongValue(list, value);
    setError(wrong);
    if (wrong) return;
    if (!values.includes(value)) onChange([...values, value]);
    onText("");
  };
  return (
    <FormField
      label={
        <>
          {label} <i>– optional</i>
        </>
      }
      description={description}
      errorText={error}
      constraintText={text.trim() && "Press Enter to add it."}
    >
      <Input
        value={text}
        placeholder={placeholder}
        onChange={({ detail }) => {
          onText(detail.value);
          setError(undefined);
        }}
        onKeyDown={(event) => {
          if (event.detail.key !== "Enter" || !text.trim()) return;
          event.preventDefault();
          add();
        }}
        onBlur={add}
      />
      <TokenGroup
        items={values.map((value) => ({ label: value, dismissLabel: `Remove ${value}` }))}
        onDismiss={({ detail }) => onChange(values.filter((_, at) => at !== detail.itemIndex))}
      />
    </FormField>
  );
}
