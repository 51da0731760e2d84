import type { Trail } from "../../api/trails";
import type { Aggregation, InsightSelector, InsightType, Tag } from "../calls/cloudtrail";
import { isAdvanced } from "../selectors/convert";
import { type AdvancedForm, NEW_TRAIL, readAdvanced, type Selectors, writeAdvanced } from "../selectors/form";
import { readText, writeText } from "../selectors/text";

/** What unusual activity is looked for, in which events. */
export type InsightChoice = Record<"Management" | "Data", { rate: boolean; errors: boolean }>;

/** Selectors while they are edited: as a form where there is one for them, else as JSON. */
export interface SelectorDraft {
  kind: "advanced" | "basic";
  view: "form" | "json";
  /** Counts when `kind` is advanced and `view` is form. */
  advanced: AdvancedForm;
  /** Counts when `kind` is basic and `view` is form. */
  basic: Extract<Selectors, { EventSelectors: unknown }>["EventSelectors"];
  /** Counts when `view` is json. */
  text: string;
}

/** A trail while it is made or changed. */
export interface Draft {
  name: string;
  multiRegion: boolean;
  organization: boolean;
  bucketFrom: "new" | "existing";
  newBucket: string;
  bucket: string;
  prefix: string;
  validation: boolean;
  keyFrom: "none" | "new" | "existing";
  newKeyAlias: string;
  key: string;
  topicOn: boolean;
  topic: string;
  logsOn: boolean;
  logGroup: string;
  logRole: string;
  recursive: boolean;
  tags: Tag[];
  selectors: SelectorDraft;
  insights: InsightChoice;
  aggregations: Aggregation[];
}

export const NO_INSIGHTS: InsightChoice = {
  Management: { rate: false, errors: false },
  Data: { rate: false, errors: false },
};

/** A trail as AWS's console begins one: all Regions, validation, all management events. */
export function newDraft(account: string, random: string): Draft {
  return {
    name: "",
    multiRegion: true,
    organization: false,
    bucketFrom: "new",
    newBucket: `cloudtrail-logs-${account}-${random}`,
    bucket: "",
    prefix: "",
    validation: true,
    keyFrom: "none",
    newKeyAlias: "",
    key: "",
    topicOn: false,
    topic: "",
    logsOn: false,
    logGroup: "",
    logRole: "",
    recursive: true,
    tags: [],
    selectors: selectorDraft({ AdvancedEventSelectors: writeAdvanced(NEW_TRAIL) }),
    insights: NO_INSIGHTS,
    aggregations: [],
  };
}

/** All that is known of a trail that is to be changed. */
export interface Existing {
  trail: Trail;
  selectors: Selectors;
  insights: InsightSelector[];
  aggregations: Aggregation[];
  tags: Tag[];
}

export function draftOf({ trail, selectors, insights, aggregations, tags }: Existing): Draft {
  return {
    ...newDraft("", ""),
    name: trail.Name,
    multiRegion: trail.IsMultiRegionTrail,
    organization: trail.IsOrganizationTrail,
    bucketFrom: "existing",
    bucket: trail.S3BucketName,
    prefix: trail.S3KeyPrefix ?? "",
    validation: trail.LogFileValidationEnabled,
    keyFrom: trail.KmsKeyId ? "existing" : "none",
    key: trail.KmsKeyId ?? "",
    topicOn: Boolean(trail.SnsTopicARN),
    topic: trail.SnsTopicARN ?? "",
    logsOn: Boolean(trail.CloudWatchLogsLogGroupArn),
    logGroup: trail.CloudWatchLogsLogGroupArn ?? "",
    logRole: trail.CloudWatchLogsRoleArn ?? "",
    recursive: trail.RecursiveLogging ?? true,
    tags,
    selectors: selectorDraft(selectors),
    insights: readInsights(insights),
    aggregations,
  };
}

/** What of a draft is not done by CreateTrail, and so is still to do when a call after it was refused. */
export type Rest = Pick<Draft, "selectors" | "insights" | "aggregations">;

export const restOf = ({ selectors, insights, aggregations }: Draft): Rest => ({
  selectors,
  insights,
  aggregations,
});

/** Shows selectors as a form if one can hold them. */
export function selectorDraft(selectors: Selectors): SelectorDraft {
  const text = writeText(selectors);
  if (isAdvanced(selectors)) {
    const form = readAdvanced(selectors.AdvancedEventSelectors);
    const view = form ? "form" : "json";
    return { kind: "advanced", view, advanced: form ?? { blocks: [] }, basic: [], text };
  }
  return { kind: "basic", view: "form", advanced: { blocks: [] }, basic: selectors.EventSelectors, text };
}

/** The selectors that a draft stands for; `undefined` while its JSON can't be read. */
export function selectorsOf(draft: SelectorDraft): Selectors | undefined {
  if (draft.view === "json") return readText(draft.text).selectors;
  return draft.kind === "advanced"
    ? { AdvancedEventSelectors: writeAdvanced(draft.advanced) }
    : { EventSelectors: draft.basic };
}

const TYPES: [InsightType, "rate" | "errors"][] = [
  ["ApiCallRateInsight", "rate"],
  ["ApiErrorRateInsight", "errors"],
];
const CATEGORIES = ["Management", "Data"] as const;

export function readInsights(selectors: readonly InsightSelector[]): InsightChoice {
  const has = (category: "Management" | "Data", type: InsightType) =>
    selectors.some(
      ({ InsightType, EventCategories }) =>
        InsightType === type &&
        (EventCategories?.length ? EventCategories.includes(category) : category === "Management"),
    );
  const of = (category: "Management" | "Data") => ({
    rate: has(category, "ApiCallRateInsight"),
    errors: has(category, "ApiErrorRateInsight"),
  });
  return { Management: of("Management"), Data: of("Data") };
}

export function writeInsights(choice: InsightChoice): InsightSelector[] {
  return TYPES.flatMap(([InsightType, part]) => {
    const EventCategories = CATEGORIES.filter((category) => choice[category][part]);
    return EventCategories.length > 0 ? [{ InsightType, EventCategories }] : [];
  });
}
