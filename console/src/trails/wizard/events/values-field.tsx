import Multiselect from "@cloudscape-design/components/multiselect";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";

interface ValuesFieldProps {
  label: string;
  values: string[];
  /** The only values there are; absent: any. */
  known?: readonly string[] | undefined;
  example?: string | undefined;
  onChange: (values: string[]) => void;
}

/** Takes one or more values: from a list where there is one, else one in each line. */
export function ValuesField({ label, values, known, example, onChange }: ValuesFieldProps) {
  if (known) {
    return (
      <Multiselect
        ariaLabel={label}
        selectedOptions={values.map((value) => ({ value }))}
        options={known.map((value) => ({ value }))}
        onChange={({ detail }) => onChange(detail.selectedOptions.map(({ value = "" }) => value))}
        placeholder="Choose"
        expandToViewport
      />
    );
  }
  return <Lines label={label} values={values} example={example} onChange={onChange} />;
}

function Lines({ label, values, example, onChange }: Omit<ValuesFieldProps, "known">) {
  const [typed, setTyped] = useState(values.join("\n"));
  // An empty line is being filled in, unless somebody else changed the values meanwhile.
  const text = linesOf(typed).join("\n") === values.join("\n") ? typed : values.join("\n");
  return (
    <Textarea
      ariaLabel={label}
      value={text}
      rows={Math.min(8, Math.max(1, text.split("\n").length))}
      placeholder={example ? `${example}` : ""}
      spellcheck={false}
      onChange={({ detail }) => {
        setTyped(detail.value);
        onChange(linesOf(detail.value));
      }}
    />
  );
}

/** The lines of a text that say something. */
const linesOf = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
