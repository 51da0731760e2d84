import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Select, { type SelectProps } from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { blockPlace, type Faults } from "../../selectors/faults";
import type { BlockCategory } from "../../selectors/fields";
import type { Block } from "../../selectors/form";
import { NETWORK_SOURCES } from "../../selectors/network-sources";
import { CLASSIC_TYPES, nameOfType, RESOURCE_TYPES } from "../../selectors/resource-types";
import { CUSTOM, TEMPLATES, templateOf } from "../../selectors/templates";
import { Conditions } from "./conditions";

interface SelectorBlockProps {
  block: Block;
  /** Where it stands among all blocks, and among those of its category. */
  index: number;
  number: number;
  faults: Faults;
  onChange: (block: Block) => void;
  onRemove: () => void;
}

const typeOption = (value: string) => ({ value, label: nameOfType(value), description: value });

const SUBJECTS: Record<BlockCategory, SelectProps.Options> = {
  Data: [
    { label: "Most used", options: CLASSIC_TYPES.map(typeOption) },
    {
      label: "Others",
      options: RESOURCE_TYPES.filter((type) => !CLASSIC_TYPES.some((known) => known === type)).map(
        typeOption,
      ),
    },
  ],
  NetworkActivity: NETWORK_SOURCES.map((value) => ({ value })),
};

const WORDS: Record<BlockCategory, { title: string; subject: string; choose: string }> = {
  Data: { title: "Data events", subject: "Resource type", choose: "Choose a resource type" },
  NetworkActivity: {
    title: "Network activity events",
    subject: "Event source",
    choose: "Choose an event source",
  },
};

/** One selector of data or network activity events: what it is about, and which events of that. */
export function SelectorBlock({ block, index, number, faults, onChange, onRemove }: SelectorBlockProps) {
  const { category, name, subject, conditions } = block;
  const words = WORDS[category];
  const template = block.isCustom ? CUSTOM : templateOf(category, conditions);
  return (
    <SpaceBetween size="m">
      <Header
        variant="h3"
        actions={
          <Button onClick={onRemove} ariaLabel={`Remove ${words.title.toLowerCase()} ${number}`}>
            Remove
          </Button>
        }
      >
        {`${words.title} ${number}`}
      </Header>
      <ColumnLayout columns={2}>
        <FormField label={words.subject} errorText={faults[blockPlace(index, "subject")]}>
          <Select
            selectedOption={optionOf(category, subject)}
            options={SUBJECTS[category]}
            placeholder={words.choose}
            filteringType="auto"
            filteringPlaceholder="Find"
            virtualScroll
            onChange={({ detail }) => onChange({ ...block, subject: detail.selectedOption.value ?? "" })}
            expandToViewport
          />
        </FormField>
        <FormField label="Log selector template">
          <Template
            category={category}
            template={template}
            onChange={(part) => onChange({ ...block, ...part })}
          />
        </FormField>
      </ColumnLayout>
      <FormField
        label={
          <>
            Selector name <i>- optional</i>
          </>
        }
      >
        <Input
          value={name}
          onChange={({ detail }) => onChange({ ...block, name: detail.value })}
          placeholder="What it is for"
        />
      </FormField>
      {template === CUSTOM && (
        <Box>
          <Conditions
            category={category}
            index={index}
            conditions={conditions}
            faults={faults}
            onChange={(next) => onChange({ ...block, conditions: next })}
          />
        </Box>
      )}
    </SpaceBetween>
  );
}

function optionOf(category: BlockCategory, subject: string): SelectProps.Option | null {
  if (!subject) return null;
  return category === "Data" ? { value: subject, label: nameOfType(subject) } : { value: subject };
}

interface TemplateProps {
  category: BlockCategory;
  template: string;
  onChange: (part: Pick<Block, "conditions" | "isCustom"> | Pick<Block, "isCustom">) => void;
}

function Template({ category, template, onChange }: TemplateProps) {
  const options = [
    ...TEMPLATES[category].map(({ id, label, description }) => ({ value: id, label, description })),
    { value: CUSTOM, label: "Custom", description: "Conditions of your own." },
  ];
  const choose = (id: string) => {
    const chosen = TEMPLATES[category].find((known) => known.id === id);
    onChange(
      chosen ? { conditions: structuredClone(chosen.conditions), isCustom: false } : { isCustom: true },
    );
  };
  return (
    <Select
      selectedOption={options.find(({ value }) => value === template) ?? null}
      options={options}
      onChange={({ detail }) => choose(detail.selectedOption.value ?? CUSTOM)}
      expandToViewport
    />
  );
}
