import DateRangePicker, { type DateRangePickerProps } from "@cloudscape-design/components/date-range-picker";
import { usePreferences } from "../../shell/preferences";
import { DAYS_MAX, PRESETS, type Range, relativeInWords, type Unit, WHOLE } from "../range";

const OPTIONS: DateRangePickerProps.RelativeOption[] = PRESETS.map(({ amount, unit }) => ({
  key: `${amount}-${unit}`,
  amount,
  unit,
  type: "relative",
}));

/** Chooses the time that is looked at, in the zone of the visitor's choice. */
export function RangePicker({ range, onChange }: { range: Range; onChange: (range: Range) => void }) {
  const [{ zone }] = usePreferences();
  return (
    <DateRangePicker
      value={pickedOf(range)}
      relativeOptions={OPTIONS}
      onChange={({ detail }) => onChange(rangeOf(detail.value))}
      isValidRange={problemOf}
      customRelativeRangeUnits={["minute", "hour", "day"]}
      getTimeOffset={(date) => (zone === "utc" ? 0 : -date.getTimezoneOffset())}
      absoluteFormat="long-localized"
      rangeSelectorMode="default"
      expandToViewport
      placeholder="Filter by date and time"
      ariaLabel="Date and time"
      i18nStrings={{
        formatRelativeRange: ({ amount, unit }) =>
          sentenceCase(relativeInWords({ amount, unit: unit as Unit })),
      }}
    />
  );
}

const sentenceCase = (words: string) => words.replace(/^the l/, "L");

function pickedOf(range: Range): DateRangePickerProps.Value {
  if (range.type === "absolute") return { type: "absolute", startDate: range.from, endDate: range.to };
  return { ...range, key: `${range.amount}-${range.unit}` };
}

function rangeOf(value: DateRangePickerProps.Value | null): Range {
  if (!value) return WHOLE;
  if (value.type === "relative") return { type: "relative", amount: value.amount, unit: value.unit as Unit };
  const iso = (text: string) => new Date(text).toISOString();
  return { type: "absolute", from: iso(value.startDate), to: iso(value.endDate) };
}

function problemOf(value: DateRangePickerProps.Value | null): DateRangePickerProps.ValidationResult {
  const problem = (errorMessage: string) => ({ valid: false as const, errorMessage });
  if (!value) return { valid: true };
  if (value.type === "relative") {
    const days =
      value.amount * ({ minute: 1 / 1440, hour: 1 / 24, day: 1 }[value.unit as Unit] ?? Number.NaN);
    if (!(days > 0)) return problem("Enter how long.");
    return days <= DAYS_MAX ? { valid: true } : problem(`Event history keeps ${DAYS_MAX} days.`);
  }
  const [from, to] = [Date.parse(value.startDate), Date.parse(value.endDate)];
  if (Number.isNaN(from) || Number.isNaN(to)) return problem("Enter a start and an end.");
  if (from > to) return problem("The start must be before the end.");
  if (from < Date.now() - (DAYS_MAX + 1) * 86_400_000)
    return problem(`Event history keeps ${DAYS_MAX} days.`);
  return { valid: true };
}
