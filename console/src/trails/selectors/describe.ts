import { isAdvanced, toAdvanced } from "./convert";
import { type BlockCategory, OPERATOR_WORDS } from "./fields";
import { type Block, type Condition, type Management, readAdvanced, type Selectors } from "./form";
import { CUSTOM, TEMPLATES, templateOf } from "./templates";

/** What a trail logs, as its page shows it. */
export interface Described {
  management: { activity: string; excluded: string[] }[];
  data: DescribedBlock[];
  network: DescribedBlock[];
  /** Whether the selectors say something that this page has no words for: then the JSON tells. */
  partial: boolean;
}

export interface DescribedBlock {
  name: string;
  /** `AWS::S3::Object`, `s3.amazonaws.com`. */
  subject: string;
  /** What of it: the template's words, or one sentence for each condition. */
  which: string[];
}

export function tellSelectors(selectors: Selectors): Described {
  const advanced = isAdvanced(selectors)
    ? selectors.AdvancedEventSelectors
    : toAdvanced(selectors.EventSelectors);
  const forms = advanced.map((selector) => readAdvanced([selector]));
  const blocks = forms.flatMap((form) => form?.blocks ?? []);
  const of = (category: BlockCategory) =>
    blocks.filter((block) => block.category === category).map(describeBlock);
  return {
    management: forms.flatMap((form) => (form?.management ? [describeManagement(form.management)] : [])),
    data: of("Data"),
    network: of("NetworkActivity"),
    partial: forms.includes(undefined),
  };
}

function describeManagement({ read, write, excludeKms, excludeRdsData }: Management) {
  return {
    activity: read && write ? "Read and write" : read ? "Read" : "Write",
    excluded: [...(excludeKms ? ["AWS KMS"] : []), ...(excludeRdsData ? ["Amazon RDS Data API"] : [])],
  };
}

function describeBlock({ category, name, subject, conditions }: Block): DescribedBlock {
  const template = templateOf(category, conditions);
  const known = TEMPLATES[category].find(({ id }) => id === template);
  const which = template !== CUSTOM && known ? [known.told] : conditions.map(sentence);
  return { name, subject, which };
}

/** One condition as a sentence: `eventName equals PutObject or DeleteObject`. */
export function sentence({ field, operator, values }: Condition): string {
  const joint = operator.startsWith("Not") ? " and " : " or ";
  const shown = values.slice(0, SHOWN_MAX).join(joint);
  const more = values.length > SHOWN_MAX ? ` (and ${values.length - SHOWN_MAX} more)` : "";
  return `${field} ${OPERATOR_WORDS[operator]} ${shown}${more}`;
}

const SHOWN_MAX = 5;
