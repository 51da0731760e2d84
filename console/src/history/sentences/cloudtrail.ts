import { type EventRecord, textAt } from "../record";
import type { Phrases } from "./phrase";

export const CLOUDTRAIL: Phrases = {
  // Cairn's own pages are recorded beside AWS's operations: SearchEvents, TailEvents and others.
  AddTags: "tag {resourceId}[ with {tagsList.key}]",
  BacktestInsights: "look for insights in the past",
  CreateEventDataStore: "create event data store {name}",
  CreateTrail: "create trail {name}[ that writes to bucket {s3BucketName}]",
  DeleteEventDataStore: "delete event data store {eventDataStore}",
  DeleteTrail: "delete trail {name}",
  DescribeTrails: "look at the trails",
  ExportEvents: "download events of the event history",
  GetEventSelectors: "look at the event selectors of trail {trailName}",
  GetInsightExplanation: "read the explanation of an insight",
  GetInsightSelectors: "look at the Insights of trail {trailName}",
  GetTrail: "look at trail {name}",
  GetTrailStatus: "look at the status of trail {name}",
  ImportEvents: importEvents,
  ListPublicKeys: "list the keys that sign digests",
  ListTrails: "list the trails",
  LookupEvents: "look up events[ with {lookupAttributes.attributeKey} {lookupAttributes.attributeValue}]",
  LookupOrganizationEvents: "look up events of the organization",
  PreviewEventSelectors: "try which events selectors would log",
  PutEventSelectors: "change which events trail {trailName} logs",
  PutInsightSelectors: "change the Insights of trail {trailName|eventDataStore}",
  RegisterOrganizationDelegatedAdmin: "make account {memberAccountId} administer CloudTrail",
  RemoveTags: "remove tags from {resourceId}",
  SearchEvents: "search the event history",
  StartLogging: "start logging of trail {name}",
  StopLogging: "stop logging of trail {name}",
  SummarizeEvents: "count events of the event history",
  TailEvents: "follow events as they are recorded",
  UpdateTrail: "change trail {name}[ to write to bucket {s3BucketName}]",
};

/** An import is recorded when it begins and when it ends; one that its client left is ended by the server. */
function importEvents(record: EventRecord): string {
  if (textAt(record, "serviceEventDetails.import.outcome")) return "end an import that its client left";
  if (textAt(record, "additionalEventData.import.stage") === "begun")
    return "begin to import events of other systems";
  switch (textAt(record, "additionalEventData.import.outcome")) {
    case "stopped":
      return "stop importing events of other systems";
    case "failed":
      return "give up importing events of other systems";
    default:
      return "import events of other systems";
  }
}
