import type { Phrases } from "./phrase";

export const CLOUDTRAIL: Phrases = {
  AddTags: "tag {resourceId}[ with {tagsList.key}]",
  CreateEventDataStore: "create event data store {name}",
  CreateTrail: "create trail {name}[ that writes to bucket {s3BucketName}]",
  DeleteEventDataStore: "delete event data store {eventDataStore}",
  DeleteTrail: "delete trail {name}",
  DescribeTrails: "look at the trails",
  GetEventSelectors: "look at the event selectors of trail {trailName}",
  GetInsightSelectors: "look at the Insights of trail {trailName}",
  GetTrail: "look at trail {name}",
  GetTrailStatus: "look at the status of trail {name}",
  ListTrails: "list the trails",
  LookupEvents: "look up events[ with {lookupAttributes.attributeKey} {lookupAttributes.attributeValue}]",
  PutEventSelectors: "change which events trail {trailName} logs",
  PutInsightSelectors: "change the Insights of trail {trailName|eventDataStore}",
  RegisterOrganizationDelegatedAdmin: "make account {memberAccountId} administer CloudTrail",
  RemoveTags: "remove tags from {resourceId}",
  StartLogging: "start logging of trail {name}",
  StopLogging: "stop logging of trail {name}",
  TailEvents: "follow events as they are recorded",
  UpdateTrail: "change trail {name}[ to write to bucket {s3BucketName}]",
};
