import Checkbox from "@cloudscape-design/components/checkbox";

interface ShowPasswordProps {
  shown: boolean;
  onChange: (shown: boolean) => void;
  label?: string;
}

/** Lets what is typed into the fields above be read. */
export function ShowPassword({ shown, onChange, label = "Show password" }: ShowPasswordProps) {
  return (
    <Checkbox checked={shown} onChange={({ detail }) => onChange(detail.checked)}>
      {label}
    </Checkbox>
  );
}
