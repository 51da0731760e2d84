"""CloudTrail's operations on trails and history: success, and each error of the model that can be provoked."""

from scenario import Table

ACCOUNT, HOME, ABROAD = "123456789012", "us-east-1", "eu-west-1"
ARN = f"arn:aws:cloudtrail:{HOME}:{ACCOUNT}:trail/main"
MALFORMED = "arn:aws:cloudtrail:x"
TABLE = Table("cloudtrail")
ok, no = TABLE.ok, TABLE.no


def unknown(operation, member="Name", errors=("TrailNotFoundException", "InvalidTrailNameException"), **more):
    """Names a trail wrongly in each way."""
    names = {"TrailNotFoundException": "none", "InvalidTrailNameException": "a!b", "CloudTrailARNInvalidException": MALFORMED}
    for error in (*errors, "CloudTrailARNInvalidException"):
        no(operation, error, {member: names[error]} | more)


def settings_refused(operation, **given):
    """What CreateTrail and UpdateTrail refuse alike."""
    for error, settings in [
        ("InvalidParameterCombinationException", {"IsMultiRegionTrail": True, "IncludeGlobalServiceEvents": False}),
        ("S3BucketDoesNotExistException", {"S3BucketName": "not-there"}),
        ("InsufficientS3BucketPolicyException", {"S3BucketName": "without-policy"}),
        ("InvalidS3BucketNameException", {"S3BucketName": "Not_A_Bucket"}),
        ("InvalidS3PrefixException", {"S3KeyPrefix": "p" * 201}),
        ("InvalidSnsTopicNameException", {"SnsTopicName": "t" * 257}),
        ("InsufficientSnsTopicPolicyException", {"SnsTopicName": "topic"}),
        ("InvalidKmsKeyIdException", {"KmsKeyId": "not a key"}),
        ("KmsKeyNotFoundException", {"KmsKeyId": "alias/none"}),
        ("InvalidCloudWatchLogsRoleArnException", {"CloudWatchLogsLogGroupArn": f"arn:aws:logs:{HOME}:{ACCOUNT}:log-group:g:*"}),
        ("InvalidCloudWatchLogsLogGroupArnException", {"CloudWatchLogsRoleArn": f"arn:aws:iam::{ACCOUNT}:role/r"}),
        ("OrganizationsNotInUseException", {"IsOrganizationTrail": True}),
    ]:  # fmt: skip
        no(operation, error, given | settings)


# Creation.
NEW = {"Name": "main", "S3BucketName": "logs"}
ok("DescribeTrails", {}, {"trailList": []})
settings_refused("CreateTrail", **NEW)
no("CreateTrail", "InvalidTrailNameException", NEW | {"Name": "ab"})
no("CreateTrail", "InvalidParameterException", {"Name": "main"})
no("CreateTrail", "InvalidTagParameterException", NEW | {"TagsList": [{"Key": "a"}, {"Key": "a"}]})
no("CreateTrail", "TagsLimitExceededException", NEW | {"TagsList": [{"Key": f"k{number}"} for number in range(51)]})
SETTINGS = {"Name": "main", "TrailARN": ARN, "IsMultiRegionTrail": False}
MADE = SETTINGS | {"S3BucketName": "logs", "IncludeGlobalServiceEvents": True, "LogFileValidationEnabled": False}
ok("CreateTrail", NEW | {"TagsList": [{"Key": "team", "Value": "blau"}]}, MADE)
no("CreateTrail", "TrailAlreadyExistsException", NEW)
ok("CreateTrail", {"Name": "wide", "S3BucketName": "logs", "IsMultiRegionTrail": True}, {"IsMultiRegionTrail": True})
for name in ("third", "fourth", "fifth"):
    ok("CreateTrail", NEW | {"Name": name}, {"Name": name})
no("CreateTrail", "MaximumNumberOfTrailsExceededException", NEW | {"Name": "sixth"})
for name in ("third", "fourth", "fifth"):
    ok("DeleteTrail", {"Name": name})

# Changes.
settings_refused("UpdateTrail", Name="main")
unknown("UpdateTrail", S3KeyPrefix="x")
WIDE = ARN.replace("main", "wide")
no("UpdateTrail", "InvalidHomeRegionException", {"Name": WIDE, "S3KeyPrefix": "x"}, region=ABROAD)
no("UpdateTrail", "InvalidParameterException", {"S3KeyPrefix": "x"})
ok("UpdateTrail", {"Name": "main", "S3KeyPrefix": "a/b"}, SETTINGS | {"S3KeyPrefix": "a/b"})

# Reading.
SHOWN = SETTINGS | {"S3BucketName": "logs", "HomeRegion": HOME, "HasCustomEventSelectors": False, "HasInsightSelectors": False}
ok("GetTrail", {"Name": ARN}, {"Trail": SHOWN})
unknown("GetTrail")
ok("DescribeTrails", {"trailNameList": ["main"]}, {"trailList": [SHOWN]})
ok("DescribeTrails", {"includeShadowTrails": False}, {"trailList": []}, region=ABROAD)
no("DescribeTrails", "CloudTrailARNInvalidException", {"trailNameList": [MALFORMED]})
no("DescribeTrails", "InvalidTrailNameException", {"trailNameList": ["a!b"]})
LISTED = [{"TrailARN": arn, "Name": arn.split("/")[1], "HomeRegion": HOME} for arn in (ARN, WIDE)]
ok("ListTrails", {}, {"Trails": LISTED})

# Logging.
for operation in ("StartLogging", "StopLogging", "GetTrailStatus", "DeleteTrail"):
    unknown(operation)
for operation in ("StartLogging", "StopLogging", "DeleteTrail"):
    no(operation, "InvalidHomeRegionException", {"Name": WIDE}, region=ABROAD)
ok("GetTrailStatus", {"Name": "main"}, {"IsLogging": False})
ok("StartLogging", {"Name": "main"})
ok("GetTrailStatus", {"Name": ARN}, {"IsLogging": True})
ok("StopLogging", {"Name": ARN})
ok("GetTrailStatus", {"Name": "main"}, {"IsLogging": False})

# Event selectors.
BASIC = [{
    "ReadWriteType": "WriteOnly", "IncludeManagementEvents": True,
    "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::shop/"]}],
}]  # fmt: skip
ADVANCED = [
    {"Name": "management", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
    {"Name": "data", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::S3::Object"]}]},
]  # fmt: skip
ok("GetEventSelectors", {"TrailName": "main"}, {"TrailARN": ARN, "EventSelectors": [{"ReadWriteType": "All", "DataResources": []}]})
unknown("GetEventSelectors", "TrailName")
ok("PutEventSelectors", {"TrailName": "main", "EventSelectors": BASIC}, {"TrailARN": ARN, "EventSelectors": BASIC})
ok("GetEventSelectors", {"TrailName": "main"}, {"EventSelectors": BASIC})
ok("PutEventSelectors", {"TrailName": ARN, "AdvancedEventSelectors": ADVANCED}, {"AdvancedEventSelectors": ADVANCED})
ok("GetEventSelectors", {"TrailName": "main"}, {"AdvancedEventSelectors": ADVANCED})
unknown("PutEventSelectors", "TrailName", EventSelectors=BASIC)
no("PutEventSelectors", "InvalidHomeRegionException", {"TrailName": WIDE, "EventSelectors": BASIC}, region=ABROAD)
no("PutEventSelectors", "InvalidEventSelectorsException", {"TrailName": "main"})
no("PutEventSelectors", "InvalidEventSelectorsException", {"TrailName": "main", "EventSelectors": BASIC, "AdvancedEventSelectors": ADVANCED})

# Insight selectors.
INSIGHTS = [{"InsightType": "ApiCallRateInsight"}, {"InsightType": "ApiErrorRateInsight"}]
STORE = f"arn:aws:cloudtrail:{HOME}:{ACCOUNT}:eventdatastore/EXAMPLE-f852-4e8f-8bd1-bcf6cEXAMPLE"
no("GetInsightSelectors", "InsightNotEnabledException", {"TrailName": "main"})
ok("PutInsightSelectors", {"TrailName": "main", "InsightSelectors": INSIGHTS}, {"TrailARN": ARN, "InsightSelectors": INSIGHTS})
ok("GetInsightSelectors", {"TrailName": "main"}, {"TrailARN": ARN, "InsightSelectors": INSIGHTS})
ok("GetTrail", {"Name": "main"}, {"Trail": SHOWN | {"HasCustomEventSelectors": True, "HasInsightSelectors": True}})
for operation, more in (("GetInsightSelectors", {}), ("PutInsightSelectors", {"InsightSelectors": INSIGHTS})):
    unknown(operation, "TrailName", **more)
    no(operation, "InvalidParameterCombinationException", {"TrailName": "main", "EventDataStore": STORE} | more)
    no(operation, "UnsupportedOperationException", {"EventDataStore": STORE} | more)
    no(operation, "InvalidParameterException", {"EventDataStore": "ab"} | more)
no("PutInsightSelectors", "InvalidHomeRegionException", {"TrailName": WIDE, "InsightSelectors": INSIGHTS}, region=ABROAD)
no("PutInsightSelectors", "InvalidInsightSelectorsException", {"TrailName": "main", "InsightSelectors": INSIGHTS[:1] * 2})

# Event configurations.
AGGREGATION = [{"Templates": ["API_ACTIVITY"], "EventCategory": "Data"}]
GIVEN = {"AggregationConfigurations": AGGREGATION}
ok("PutEventConfiguration", {"TrailName": "main"} | GIVEN, {"TrailARN": ARN} | GIVEN)
ok("GetEventConfiguration", {"TrailName": "main"}, {"TrailARN": ARN} | GIVEN)
for operation, more in (("GetEventConfiguration", {}), ("PutEventConfiguration", GIVEN)):
    unknown(operation, "TrailName", **more)
    no(operation, "InvalidParameterCombinationException", {"TrailName": "main", "EventDataStore": STORE} | more)
    no(operation, "UnsupportedOperationException", {"EventDataStore": STORE} | more)
no("PutEventConfiguration", "InvalidParameterException", {"TrailName": "wide"} | GIVEN)
no("PutEventConfiguration", "InvalidHomeRegionException", {"TrailName": WIDE} | GIVEN, region=ABROAD)

# Tags.
CHANNEL, TAG = STORE.replace("eventdatastore", "channel"), [{"Key": "a", "Value": "1"}]
for operation in ("AddTags", "RemoveTags"):
    for error, resource in [
        ("ResourceNotFoundException", ARN.replace("main", "none")),
        ("CloudTrailARNInvalidException", "main"),
        ("EventDataStoreNotFoundException", STORE),
        ("EventDataStoreARNInvalidException", STORE.split("/")[0] + "/"),
        ("ChannelNotFoundException", CHANNEL),
        ("ChannelARNInvalidException", CHANNEL.split("/")[0] + "/"),
        ("ResourceTypeNotSupportedException", STORE.replace("eventdatastore", "elsething")),
    ]:  # fmt: skip
        no(operation, error, {"ResourceId": resource, "TagsList": TAG})
        if operation == "AddTags" and not error.startswith("ChannelNot"):
            no("ListTags", error, {"ResourceIdList": [resource]})
no("AddTags", "InvalidTagParameterException", {"ResourceId": ARN, "TagsList": [{"Key": "aws:a"}]})
no("AddTags", "TagsLimitExceededException", {"ResourceId": ARN, "TagsList": [{"Key": f"k{number}"} for number in range(50)]})
no("ListTags", "InvalidTokenException", {"ResourceIdList": [ARN], "NextToken": "token"})
ok("AddTags", {"ResourceId": ARN, "TagsList": TAG})
ok("RemoveTags", {"ResourceId": ARN, "TagsList": [{"Key": "team"}]})
ok("ListTags", {"ResourceIdList": [ARN]}, {"ResourceTagList": [{"ResourceId": ARN, "TagsList": TAG}]})

# Keys and history.
BACKWARDS = {"StartTime": "2026-01-02T00:00:00Z", "EndTime": "2026-01-01T00:00:00Z"}
ok("ListPublicKeys", {"StartTime": "2026-01-01T00:00:00Z"}, {"PublicKeyList": []})
no("ListPublicKeys", "InvalidTimeRangeException", BACKWARDS)
no("ListPublicKeys", "InvalidTokenException", {"NextToken": "token"})


def by(key, value):
    return {"LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}]}


PUT = {"EventName": "PutEventSelectors", "EventSource": "cloudtrail.amazonaws.com", "ReadOnly": "false"}
PAGE = by("EventName", "PutEventSelectors") | {"MaxResults": 1}
ok("LookupEvents", PAGE, {"Events": [PUT]})
ok("LookupEvents", PAGE | {"NextToken": "${LookupEvents.NextToken}"}, {"Events": [PUT]})
no("LookupEvents", "InvalidNextTokenException", PAGE | {"NextToken": "token"})
no("LookupEvents", "InvalidLookupAttributesException", by("Colour", "red"))
no("LookupEvents", "InvalidTimeRangeException", BACKWARDS)
no("LookupEvents", "InvalidMaxResultsException", {"MaxResults": 51})
no("LookupEvents", "InvalidEventCategoryException", {"EventCategory": "weather"})

ok("DeleteTrail", {"Name": ARN})
ok("DeleteTrail", {"Name": "wide"})
ok("ListTrails", {}, {"Trails": []})
STEPS = TABLE.steps
