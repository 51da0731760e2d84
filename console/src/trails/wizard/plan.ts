import type { Delivery } from "../access/bucket-policy";
import { keyPolicy } from "../access/other-policies";
import type { Tag } from "../calls/cloudtrail";
import type { Selectors } from "../selectors/form";
import { type Draft, selectorsOf, writeInsights } from "./draft";

/** What is done to make or change a trail, one call or two after the other. */
export type Step =
  | { kind: "bucket"; region: string; delivery: Delivery }
  | { kind: "key"; region: string; alias: string; policy: string }
  | { kind: "call"; region: string; operation: Operation; input: Record<string, unknown> };

export type Operation =
  | "CreateTrail"
  | "UpdateTrail"
  | "PutEventSelectors"
  | "PutInsightSelectors"
  | "PutEventConfiguration"
  | "AddTags"
  | "RemoveTags"
  | "StartLogging";

/** Where a trail is made, and whose it is. */
export interface Place {
  region: string;
  account: string;
  /** The organization that it may cover. */
  organization?: { id: string; management: string };
}

/** Stands for the key that the plan makes. */
export const NEW_KEY = "(the new key)";

/** What makes a trail, and starts it, as AWS's console does. */
export function planCreate(draft: Draft, place: Place): Step[] {
  const { region } = place;
  // A bare name would mean a trail of the caller's own account, which an organization's need not be.
  const arn = arnOfNew(draft, place);
  const call = (operation: Operation, input: Record<string, unknown>): Step => ({
    kind: "call",
    region,
    operation,
    input,
  });
  const insights = writeInsights(draft.insights);
  return [
    ...bucketSteps(draft, place),
    ...keySteps(draft, place),
    call("CreateTrail", createInput(draft)),
    call("PutEventSelectors", { TrailName: arn, ...selectorInput(draft) }),
    ...(draft.aggregations.length > 0 ? [call("PutEventConfiguration", aggregationInput(arn, draft))] : []),
    ...(insights.length > 0
      ? [call("PutInsightSelectors", { TrailName: arn, InsightSelectors: insights })]
      : []),
    call("StartLogging", { Name: arn }),
  ];
}

/** The ARN that a trail will have: an organization's belongs to the account that manages it. */
export function arnOfNew(draft: Draft, { region, account, organization }: Place): string {
  const owner = draft.organization ? (organization?.management ?? account) : account;
  return `arn:aws:cloudtrail:${region}:${owner}:trail/${draft.name}`;
}

/** What ends the making of a trail that was begun: all that CreateTrail does not do. */
export const planRest = (before: Draft, after: Draft, arn: string, place: Place): Step[] => [
  ...planUpdate(before, after, arn, place),
  { kind: "call", region: place.region, operation: "StartLogging", input: { Name: arn } },
];

/** What changes a trail from what it was to what it is to be: nothing where nothing changed. */
export function planUpdate(before: Draft, after: Draft, arn: string, place: Place): Step[] {
  const call = (operation: Operation, input: Record<string, unknown>): Step => ({
    kind: "call",
    region: place.region,
    operation,
    input,
  });
  const update = updateInput(before, after);
  const steps = [...bucketSteps(after, place), ...keySteps(after, place)];
  if (Object.keys(update).length > 0) steps.push(call("UpdateTrail", { Name: arn, ...update }));
  if (!same(selectorInput(before), selectorInput(after))) {
    steps.push(call("PutEventSelectors", { TrailName: arn, ...selectorInput(after) }));
  }
  if (!same(before.aggregations, after.aggregations)) {
    steps.push(call("PutEventConfiguration", aggregationInput(arn, after)));
  }
  const insights = writeInsights(after.insights);
  if (!same(writeInsights(before.insights), insights)) {
    steps.push(call("PutInsightSelectors", { TrailName: arn, InsightSelectors: insights }));
  }
  const { added, removed } = changedTags(before.tags, after.tags);
  if (removed.length > 0) steps.push(call("RemoveTags", { ResourceId: arn, TagsList: removed }));
  if (added.length > 0) steps.push(call("AddTags", { ResourceId: arn, TagsList: added }));
  return steps;
}

export const bucketOf = (draft: Draft): string =>
  draft.bucketFrom === "new" ? draft.newBucket : draft.bucket;

function bucketSteps(draft: Draft, { region, account, organization }: Place): Step[] {
  if (draft.bucketFrom !== "new") return [];
  const covered = draft.organization ? organization : undefined;
  const delivery: Delivery = {
    bucket: draft.newBucket,
    prefix: draft.prefix,
    owner: covered?.management ?? account,
    ...(covered ? { organization: covered.id } : {}),
  };
  return [{ kind: "bucket", region, delivery }];
}

function keySteps(draft: Draft, { region, account, organization }: Place): Step[] {
  if (draft.keyFrom !== "new") return [];
  const owner = draft.organization ? (organization?.management ?? account) : account;
  return [{ kind: "key", region, alias: `alias/${draft.newKeyAlias}`, policy: keyPolicy(owner) }];
}

const keyInput = (draft: Draft): string =>
  draft.keyFrom === "none" ? "" : draft.keyFrom === "new" ? NEW_KEY : draft.key;

function createInput(draft: Draft): Record<string, unknown> {
  const key = keyInput(draft);
  return {
    Name: draft.name,
    S3BucketName: bucketOf(draft),
    ...(draft.prefix ? { S3KeyPrefix: draft.prefix } : {}),
    IsMultiRegionTrail: draft.multiRegion,
    IncludeGlobalServiceEvents: true,
    EnableLogFileValidation: draft.validation,
    ...(draft.organization ? { IsOrganizationTrail: true } : {}),
    ...(key ? { KmsKeyId: key } : {}),
    ...(draft.topicOn ? { SnsTopicName: draft.topic } : {}),
    ...(draft.logsOn
      ? { CloudWatchLogsLogGroupArn: draft.logGroup, CloudWatchLogsRoleArn: draft.logRole }
      : {}),
    ...(draft.recursive ? {} : { RecursiveLogging: false }),
    ...(draft.tags.length > 0 ? { TagsList: draft.tags.map(sentTag) } : {}),
  };
}

/** The members of UpdateTrail that differ; an empty text takes a setting away. */
function updateInput(before: Draft, after: Draft): Record<string, unknown> {
  const settings = (draft: Draft): Record<string, unknown> => ({
    S3BucketName: bucketOf(draft),
    S3KeyPrefix: draft.prefix,
    IsMultiRegionTrail: draft.multiRegion,
    IsOrganizationTrail: draft.organization,
    EnableLogFileValidation: draft.validation,
    KmsKeyId: keyInput(draft),
    SnsTopicName: draft.topicOn ? draft.topic : "",
    CloudWatchLogsLogGroupArn: draft.logsOn ? draft.logGroup : "",
    CloudWatchLogsRoleArn: draft.logsOn ? draft.logRole : "",
    RecursiveLogging: draft.recursive,
  });
  const old = settings(before);
  const changed = Object.entries(settings(after)).filter(([name, value]) => value !== old[name]);
  const input = Object.fromEntries(changed);
  const logs = ["CloudWatchLogsLogGroupArn", "CloudWatchLogsRoleArn"];
  // The group and its role go together.
  if (logs.some((name) => name in input)) {
    for (const name of logs) input[name] = settings(after)[name];
  }
  return input;
}

function selectorInput(draft: Draft): Selectors | Record<string, never> {
  return selectorsOf(draft.selectors) ?? {};
}

const aggregationInput = (name: string, { aggregations }: Draft) => ({
  TrailName: name,
  AggregationConfigurations:
    aggregations.length > 0 ? [{ EventCategory: "Data", Templates: aggregations }] : [],
});

export function changedTags(before: readonly Tag[], after: readonly Tag[]): { added: Tag[]; removed: Tag[] } {
  const value = (tags: readonly Tag[], key: string) => tags.find((tag) => tag.Key === key)?.Value ?? "";
  const has = (tags: readonly Tag[], key: string) => tags.some((tag) => tag.Key === key);
  return {
    added: after
      .filter(({ Key, Value }) => !has(before, Key) || value(before, Key) !== (Value ?? ""))
      .map(sentTag),
    removed: before.filter(({ Key }) => !has(after, Key)).map(({ Key }) => ({ Key })),
  };
}

/** A value has a character at least: a tag that has none is sent without. */
const sentTag = ({ Key, Value }: Tag): Tag => (Value ? { Key, Value } : { Key });

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
