import Button from "@cloudscape-design/components/button";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { KINDS, kindOf, type Subject } from "./subject";

const OPTIONS = KINDS.map(({ field, kind }) => ({ value: field, label: kind }));

/** Asks whose timeline it shall be. */
export function SubjectForm({
  subject,
  onChange,
}: {
  subject?: Subject;
  onChange: (subject: Subject) => void;
}) {
  const [field, setField] = useState<Subject["field"]>(subject?.field ?? "Username");
  const [value, setValue] = useState(subject?.value ?? "");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (value.trim()) onChange({ field, value: value.trim() });
      }}
    >
      <Form>
        <Grid gridDefinition={[{ colspan: { default: 12, s: 3 } }, { colspan: { default: 12, s: 9 } }]}>
          <FormField label="Timeline of">
            <Select
              selectedOption={{ value: field, label: kindOf(field) }}
              options={OPTIONS}
              onChange={({ detail }) => {
                const known = KINDS.find((kind) => kind.field === detail.selectedOption.value);
                if (known) setField(known.field);
              }}
            />
          </FormField>
          <FormField
            label={kindOf(field)}
            secondaryControl={
              <Button formAction="submit" disabled={!value.trim()}>
                Show
              </Button>
            }
          >
            <Input
              value={value}
              onChange={({ detail }) => setValue(detail.value)}
              placeholder={EXAMPLES[field] ?? ""}
            />
          </FormField>
        </Grid>
      </Form>
    </form>
  );
}

const EXAMPLES: Partial<Record<Subject["field"], string>> = {
  PrincipalArn: "arn:aws:iam::111122223333:user/alice",
  Username: "alice",
  AccessKeyId: "AKIA…",
  ResourceName: "my-bucket",
  SourceIPAddress: "198.51.100.7",
};
