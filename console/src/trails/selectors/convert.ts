import type { AdvancedEventSelector, AdvancedFieldSelector, EventSelector } from "../../api/trails";
import { EXCLUDABLE } from "./fields";
import {
  type AdvancedForm,
  type Block,
  type DataResource,
  type Management,
  readAdvanced,
  type Selectors,
  writeAdvanced,
} from "./form";
import { CLASSIC_TYPES } from "./resource-types";

/** What stands for all resources of a type in a basic selector. */
const EVERYTHING: Record<string, readonly string[]> = {
  "AWS::S3::Object": ["arn:aws:s3:::", "arn:aws:s3"],
  "AWS::Lambda::Function": ["arn:aws:lambda"],
  "AWS::DynamoDB::Table": ["arn:aws:dynamodb"],
};

export const isEverything = (type: string, value: string): boolean =>
  EVERYTHING[type]?.includes(value) ?? false;

/** The value that selects all resources of a type. */
export const everything = (type: string): string => EVERYTHING[type]?.[0] ?? "";

/** Whether selectors are advanced ones. */
export const isAdvanced = (
  selectors: Selectors,
): selectors is Extract<Selectors, { AdvancedEventSelectors: AdvancedEventSelector[] }> =>
  selectors.AdvancedEventSelectors !== undefined;

/** Writes basic selectors as advanced ones that select the very same events. */
export function toAdvanced(selectors: readonly EventSelector[]): AdvancedEventSelector[] {
  return selectors.flatMap((selector, index) => {
    const name = selectors.length > 1 ? ` ${index + 1}` : "";
    const management = selector.IncludeManagementEvents ? [managementOf(selector)] : [];
    const form: AdvancedForm = {
      blocks: selector.DataResources.filter(({ Values }) => Values.length > 0).map((resource) =>
        blockOf(selector, resource),
      ),
    };
    return [...management.map((found) => writeManagement(found, name)), ...writeAdvanced(form)];
  });
}

const writeManagement = (management: Management, suffix: string): AdvancedEventSelector => {
  const [selector] = writeAdvanced({ management, blocks: [] });
  return { ...selector, Name: `${management.name}${suffix}`, FieldSelectors: selector?.FieldSelectors ?? [] };
};

function managementOf(selector: EventSelector): Management {
  return {
    name: "Management events selector",
    read: selector.ReadWriteType !== "WriteOnly",
    write: selector.ReadWriteType !== "ReadOnly",
    excludeKms: selector.ExcludeManagementEventSources.includes(EXCLUDABLE.kms),
    excludeRdsData: selector.ExcludeManagementEventSources.includes(EXCLUDABLE.rdsData),
  };
}

function blockOf(selector: EventSelector, resource: DataResource): Block {
  const readOnly = selector.ReadWriteType === "ReadOnly" ? "true" : "false";
  const access =
    selector.ReadWriteType === "All"
      ? []
      : [{ field: "readOnly", operator: "Equals" as const, values: [readOnly] }];
  return {
    category: "Data",
    name: "",
    subject: resource.Type,
    conditions: [...access, ...arnConditions(resource)],
  };
}

function arnConditions({ Type, Values }: DataResource): Block["conditions"] {
  if (Values.some((value) => isEverything(Type, value))) return [];
  const condition = (operator: "Equals" | "StartsWith", values: string[]) => [
    { field: "resources.ARN", operator, values },
  ];
  // Objects are selected by the beginning of their ARN, and a function by its versions' and aliases' ARNs too.
  if (Type === "AWS::S3::Object") return condition("StartsWith", Values);
  const versions = Type === "AWS::Lambda::Function" ? Values.map((value) => `${value}:`) : [];
  return [...condition("Equals", Values), ...(versions.length > 0 ? condition("StartsWith", versions) : [])];
}

/** Writes advanced selectors as basic ones that select the same; `undefined` where basic ones can't say it. */
export function toBasic(selectors: readonly AdvancedEventSelector[]): EventSelector[] | undefined {
  const form = readAdvanced(selectors);
  if (!form) return undefined;
  const found: EventSelector[] = [];
  if (form.management) found.push(basicManagement(form.management));
  for (const block of form.blocks) {
    const selector = basicData(block);
    if (!selector) return undefined;
    const same = found.find((known) => known.ReadWriteType === selector.ReadWriteType);
    if (same) same.DataResources.push(...selector.DataResources);
    else found.push(selector);
  }
  return found.length > 0 && found.length <= SELECTORS_MAX ? found : undefined;
}

/** The most basic selectors of a trail. */
export const SELECTORS_MAX = 5;

const access = (read: boolean, write: boolean): EventSelector["ReadWriteType"] =>
  read && write ? "All" : read ? "ReadOnly" : "WriteOnly";

const basicManagement = ({ read, write, excludeKms, excludeRdsData }: Management): EventSelector => ({
  ReadWriteType: access(read, write),
  IncludeManagementEvents: true,
  DataResources: [],
  ExcludeManagementEventSources: [
    ...(excludeKms ? [EXCLUDABLE.kms] : []),
    ...(excludeRdsData ? [EXCLUDABLE.rdsData] : []),
  ],
});

function basicData({ category, subject, conditions }: Block): EventSelector | undefined {
  if (category !== "Data" || !CLASSIC_TYPES.some((type) => type === subject)) return undefined;
  let readWrite: EventSelector["ReadWriteType"] = "All";
  const arns: AdvancedFieldSelector = { Field: "resources.ARN" };
  for (const { field, operator, values } of conditions) {
    if (field === "readOnly") readWrite = values[0] === "true" ? "ReadOnly" : "WriteOnly";
    else if (field === "resources.ARN" && (operator === "Equals" || operator === "StartsWith")) {
      arns[operator] = [...(arns[operator] ?? []), ...values];
    } else return undefined;
  }
  const values = basicValues(subject, arns);
  return (
    values && {
      ReadWriteType: readWrite,
      IncludeManagementEvents: false,
      DataResources: [{ Type: subject, Values: values }],
      ExcludeManagementEventSources: [],
    }
  );
}

function basicValues(
  type: string,
  { Equals = [], StartsWith = [] }: AdvancedFieldSelector,
): string[] | undefined {
  if (Equals.length + StartsWith.length === 0) return [everything(type)];
  const isBucket = (value: string) => /^arn:[^:]+:s3:::[^/*]+\/[^*]*$/.test(value);
  if (type === "AWS::S3::Object")
    return Equals.length === 0 && StartsWith.every(isBucket) ? StartsWith : undefined;
  const versions = type === "AWS::Lambda::Function" ? Equals.map((value) => `${value}:`) : [];
  return versions.join("\n") === StartsWith.join("\n") ? Equals : undefined;
}
