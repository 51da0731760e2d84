import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Select from "@cloudscape-design/components/select";
import { conditionPlace, type Faults } from "../../selectors/faults";
import { type BlockCategory, FIELDS, fieldOf, OPERATOR_WORDS, type Operator } from "../../selectors/fields";
import type { Condition } from "../../selectors/form";
import { ValuesField } from "./values-field";

interface ConditionsProps {
  category: BlockCategory;
  /** Which block they are of. */
  index: number;
  conditions: Condition[];
  faults: Faults;
  onChange: (conditions: Condition[]) => void;
}

/** Conditions that all must hold, each with one or more values of which one must. */
export function Conditions({ category, index, conditions, faults, onChange }: ConditionsProps) {
  const set = (at: number, condition: Condition) =>
    onChange(conditions.map((known, place) => (place === at ? condition : known)));
  const choose = (at: number, name: string) => {
    const field = fieldOf(category, name);
    set(at, { field: name, operator: field?.operators[0] ?? "Equals", values: [] });
  };
  return (
    <AttributeEditor
      items={conditions}
      gridLayout={[{ breakpoint: "xs", rows: [[3, 2, 4]] }, { rows: [[1, 1], [2]] }]}
      addButtonText="Add condition"
      removeButtonText="Remove"
      removeButtonAriaLabel={({ field }) => `Remove the condition of ${field || "no field"}`}
      empty="No conditions: every event of the type is logged."
      onAddButtonClick={() => onChange([...conditions, { field: "", operator: "Equals", values: [] }])}
      onRemoveButtonClick={({ detail }) => onChange(conditions.filter((_, at) => at !== detail.itemIndex))}
      definition={[
        {
          label: "Field",
          control: ({ field }, at) => (
            <Select
              ariaLabel={`Field of condition ${at + 1}`}
              selectedOption={field ? { value: field } : null}
              options={FIELDS[category].map(({ name }) => ({ value: name }))}
              placeholder="Choose a field"
              onChange={({ detail }) => choose(at, detail.selectedOption.value ?? "")}
              expandToViewport
            />
          ),
        },
        {
          label: "Operator",
          control: ({ field, operator, values }, at) => (
            <Select
              ariaLabel={`Operator of condition ${at + 1}`}
              selectedOption={{ value: operator, label: OPERATOR_WORDS[operator] }}
              options={(fieldOf(category, field)?.operators ?? []).map((value) => ({
                value,
                label: OPERATOR_WORDS[value],
              }))}
              disabled={!field}
              onChange={({ detail }) =>
                set(at, { field, values, operator: detail.selectedOption.value as Operator })
              }
              expandToViewport
            />
          ),
        },
        {
          label: "Values, one in each line",
          control: ({ field, operator, values }, at) => (
            <ValuesField
              key={field}
              label={`Values of condition ${at + 1}`}
              values={values}
              known={fieldOf(category, field)?.values}
              example={fieldOf(category, field)?.example}
              onChange={(next) => set(at, { field, operator, values: next })}
            />
          ),
          errorText: (_, at) => faults[conditionPlace(index, at)],
        },
      ]}
    />
  );
}
