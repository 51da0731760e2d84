import DateInput from "@cloudscape-design/components/date-input";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import TimeInput from "@cloudscape-design/components/time-input";
import { useState } from "react";
import { customOf, WHENS, type When, wrongWhen } from "./when";

interface WhenFieldsProps {
  when: When;
  disabled: boolean;
  /** Sets parts of the address. */
  onChange: (values: Record<string, string>) => void;
}

/** From when to when: one of the usual times, or instants in UTC as digests have them. */
export function WhenFields({ when, disabled, onChange }: WhenFieldsProps) {
  const wrong = wrongWhen(when, Date.now());
  const options = WHENS.map(({ id, label }) => ({ value: id, label }));
  return (
    <SpaceBetween size="s">
      <FormField label="Delivered in">
        <Select
          selectedOption={options.find(({ value }) => value === when.id) ?? null}
          options={options}
          disabled={disabled}
          onChange={({ detail: { selectedOption } }) => {
            const { from, to } = customOf(when, Date.now());
            const times = selectedOption.value === "custom" ? { from, to } : {};
            onChange({ range: selectedOption.value ?? "", ...times });
          }}
          expandToViewport
        />
      </FormField>
      {when.id === "custom" && (
        <SpaceBetween direction="horizontal" size="m">
          <Instant
            label="From (UTC)"
            wrong={wrong.from}
            value={when.from}
            disabled={disabled}
            onChange={(from) => onChange({ from })}
          />
          <Instant
            label="To (UTC)"
            hint="Empty: now"
            wrong={wrong.to}
            value={when.to}
            disabled={disabled}
            onChange={(to) => onChange({ to })}
          />
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
}

interface InstantProps {
  label: string;
  hint?: string;
  wrong: string | undefined;
  value: string;
  disabled: boolean;
  onChange: (value: string) => void;
}

function Instant({ label, hint, wrong, value, disabled, onChange }: InstantProps) {
  const [day, setDay] = useState(value.slice(0, 10));
  const [time, setTime] = useState(value.slice(11, 16) || "00:00");
  const tell = (day: string, time: string) => {
    const written = `${day}T${time || "00:00"}:00Z`;
    onChange(day && !Number.isNaN(Date.parse(written)) ? written : "");
  };
  return (
    <FormField label={label} constraintText={hint} errorText={wrong}>
      <SpaceBetween direction="horizontal" size="xs">
        <DateInput
          value={day}
          disabled={disabled}
          placeholder="YYYY/MM/DD"
          ariaLabel={`${label}, day`}
          onChange={({ detail }) => {
            setDay(detail.value);
            tell(detail.value, time);
          }}
        />
        <TimeInput
          value={time}
          format="hh:mm"
          disabled={disabled}
          placeholder="hh:mm"
          ariaLabel={`${label}, time`}
          onChange={({ detail }) => {
            setTime(detail.value);
            tell(day, detail.value);
          }}
        />
      </SpaceBetween>
    </FormField>
  );
}
