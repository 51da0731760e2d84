import type { AdvancedEventSelector, AdvancedFieldSelector, EventSelector } from "../../api/trails";
import { type BlockCategory, EXCLUDABLE, fieldOf, OPERATORS, type Operator, SUBJECT } from "./fields";

/** Selectors as PutEventSelectors takes them and GetEventSelectors answers them: one kind or the other. */
export type Selectors =
  | { EventSelectors: EventSelector[]; AdvancedEventSelectors?: undefined }
  | { AdvancedEventSelectors: AdvancedEventSelector[]; EventSelectors?: undefined };

/** The resources of one type in a basic selector. */
export type DataResource = EventSelector["DataResources"][number];

/** What a form says of management events. */
export interface Management {
  name: string;
  read: boolean;
  write: boolean;
  excludeKms: boolean;
  excludeRdsData: boolean;
}

export interface Condition {
  field: string;
  operator: Operator;
  values: string[];
}

/** One selector of data or network activity events. */
export interface Block {
  category: BlockCategory;
  name: string;
  /** The resource type, or the event source. */
  subject: string;
  conditions: Condition[];
  /** Whether somebody writes conditions of his own, be they a template's or not. */
  isCustom?: boolean;
}

/** Advanced selectors as people fill them in. */
export interface AdvancedForm {
  management?: Management;
  blocks: Block[];
}

export const ALL_MANAGEMENT: Management = {
  name: "Management events selector",
  read: true,
  write: true,
  excludeKms: false,
  excludeRdsData: false,
};

/** What a trail has that AWS's console makes. */
export const NEW_TRAIL: AdvancedForm = { management: ALL_MANAGEMENT, blocks: [] };

/** Turns what was filled in into selectors. */
export function writeAdvanced(form: AdvancedForm): AdvancedEventSelector[] {
  const management = form.management ? [managementSelector(form.management)] : [];
  return [...management, ...form.blocks.map(blockSelector)];
}

function managementSelector({
  name,
  read,
  write,
  excludeKms,
  excludeRdsData,
}: Management): AdvancedEventSelector {
  const excluded = [...(excludeKms ? [EXCLUDABLE.kms] : []), ...(excludeRdsData ? [EXCLUDABLE.rdsData] : [])];
  return named(name, [
    { Field: "eventCategory", Equals: ["Management"] },
    ...(read && write ? [] : [{ Field: "readOnly", Equals: [String(read)] }]),
    ...(excluded.length > 0 ? [{ Field: "eventSource", NotEquals: excluded }] : []),
  ]);
}

function blockSelector({ category, name, subject, conditions }: Block): AdvancedEventSelector {
  const fields: AdvancedFieldSelector[] = [
    { Field: "eventCategory", Equals: [category] },
    { Field: SUBJECT[category], Equals: [subject] },
  ];
  for (const { field, operator, values } of conditions) {
    const known = fields.find((selector) => selector.Field === field);
    const selector = known ?? { Field: field };
    selector[operator] = [...(selector[operator] ?? []), ...values];
    if (!known) fields.push(selector);
  }
  return named(name, fields);
}

const named = (name: string, FieldSelectors: AdvancedFieldSelector[]): AdvancedEventSelector =>
  name ? { Name: name, FieldSelectors } : { FieldSelectors };

/** Reads selectors into a form; `undefined` where they say what no form has a place for. */
export function readAdvanced(selectors: readonly AdvancedEventSelector[]): AdvancedForm | undefined {
  const form: AdvancedForm = { blocks: [] };
  for (const selector of selectors) {
    const category = single(selector, "eventCategory");
    if (category === "Management" && !form.management) {
      const management = readManagement(selector);
      if (!management) return undefined;
      form.management = management;
    } else if (category === "Data" || category === "NetworkActivity") {
      const block = readBlock(selector, category);
      if (!block) return undefined;
      form.blocks.push(block);
    } else {
      return undefined;
    }
  }
  return form;
}

function readManagement(selector: AdvancedEventSelector): Management | undefined {
  const management: Management = { ...ALL_MANAGEMENT, name: selector.Name ?? "" };
  for (const field of selector.FieldSelectors) {
    const used = OPERATORS.filter((operator) => field[operator]?.length);
    if (field.Field === "eventCategory") continue;
    if (field.Field === "readOnly" && used.join() === "Equals" && field.Equals?.length === 1) {
      management.read = field.Equals[0] === "true";
      management.write = !management.read;
    } else if (field.Field === "eventSource" && used.join() === "NotEquals") {
      const sources = field.NotEquals ?? [];
      management.excludeKms = sources.includes(EXCLUDABLE.kms);
      management.excludeRdsData = sources.includes(EXCLUDABLE.rdsData);
      if (sources.length !== Number(management.excludeKms) + Number(management.excludeRdsData))
        return undefined;
    } else {
      return undefined;
    }
  }
  return management;
}

function readBlock(selector: AdvancedEventSelector, category: BlockCategory): Block | undefined {
  const subject = single(selector, SUBJECT[category]);
  if (subject === undefined) return undefined;
  const conditions: Condition[] = [];
  for (const field of selector.FieldSelectors) {
    if (field.Field === "eventCategory" || field.Field === SUBJECT[category]) continue;
    const known = fieldOf(category, field.Field);
    for (const operator of OPERATORS) {
      const values = field[operator];
      if (!values?.length) continue;
      if (!known?.operators.includes(operator)) return undefined;
      conditions.push({ field: field.Field, operator, values });
    }
  }
  return { category, name: selector.Name ?? "", subject, conditions };
}

/** The one value that a field equals; `undefined` where it says anything else. */
function single(selector: AdvancedEventSelector, name: string): string | undefined {
  const [field, ...others] = selector.FieldSelectors.filter((known) => known.Field === name);
  const used = field ? OPERATORS.filter((operator) => field[operator]?.length) : [];
  const alone = others.length === 0 && used.join() === "Equals" && field?.Equals?.length === 1;
  return alone ? field.Equals?.[0] : undefined;
}
