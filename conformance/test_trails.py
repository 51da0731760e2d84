"""Trails: made, shown, changed, removed; what each Region sees of them; and every refusal on the way."""

import json
from datetime import timezone

import pytest
from clients import Clients, refusal

ACCOUNT = "123456789012"


@pytest.fixture(scope="module")
def logs(s3, server):
    s3.create_bucket(Bucket="logs")
    s3.put_bucket_policy(Bucket="logs", Policy=any_prefix(server))
    return "logs"


def any_prefix(server):
    """Returns a policy that lets log files lie under any prefix."""
    policy = server.command("bucket-policy", "logs", "--prefix", "PREFIX")
    return policy.replace("PREFIX/AWSLogs", "*AWSLogs")


@pytest.fixture(autouse=True)
def no_trails(clients):
    """Removes what a test made, in whichever Region."""
    yield
    here = clients.boto("cloudtrail")
    for trail in here.list_trails()["Trails"]:
        clients.boto("cloudtrail", region=trail["HomeRegion"]).delete_trail(Name=trail["TrailARN"])
    assert here.list_trails()["Trails"] == []


def arn(name, region="us-east-1"):
    return f"arn:aws:cloudtrail:{region}:{ACCOUNT}:trail/{name}"


def without_metadata(answer):
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def test_a_trail_from_creation_to_deletion(cloudtrail, logs):
    made = without_metadata(cloudtrail.create_trail(Name="main", S3BucketName=logs))
    settings = {
        "Name": "main", "S3BucketName": logs, "IncludeGlobalServiceEvents": True, "IsMultiRegionTrail": False,
        "TrailARN": arn("main"), "LogFileValidationEnabled": False, "IsOrganizationTrail": False,
        "RecursiveLogging": True,
    }  # fmt: skip
    assert made == settings
    shown = settings | {"HomeRegion": "us-east-1", "HasCustomEventSelectors": False, "HasInsightSelectors": False}
    assert cloudtrail.get_trail(Name="main")["Trail"] == shown
    assert cloudtrail.get_trail(Name=arn("main"))["Trail"] == shown
    assert cloudtrail.describe_trails()["trailList"] == [shown]
    assert cloudtrail.list_trails()["Trails"] == [{"TrailARN": arn("main"), "Name": "main", "HomeRegion": "us-east-1"}]

    updated = cloudtrail.update_trail(Name="main", S3KeyPrefix="a/b", IsMultiRegionTrail=True, RecursiveLogging=False)
    changed = {"S3KeyPrefix": "a/b", "IsMultiRegionTrail": True, "RecursiveLogging": False}
    assert without_metadata(updated) == settings | changed
    assert cloudtrail.get_trail(Name="main")["Trail"] == shown | changed
    back = cloudtrail.update_trail(Name=arn("main"), IsMultiRegionTrail=False)
    assert back["IncludeGlobalServiceEvents"] is False, "going back to one Region turns global events off"

    assert without_metadata(cloudtrail.delete_trail(Name="main")) == {}
    assert refusal(cloudtrail.get_trail, Name="main")[0] == "TrailNotFoundException"
    assert cloudtrail.describe_trails()["trailList"] == []


def test_logging_is_switched_and_stamped(cloudtrail, logs):
    cloudtrail.create_trail(Name="main", S3BucketName=logs)
    status = without_metadata(cloudtrail.get_trail_status(Name="main"))
    legacy = {
        "LatestDeliveryAttemptTime": "", "LatestNotificationAttemptTime": "",
        "LatestNotificationAttemptSucceeded": "", "LatestDeliveryAttemptSucceeded": "",
        "TimeLoggingStarted": "", "TimeLoggingStopped": "",
    }  # fmt: skip
    assert status == {"IsLogging": False} | legacy
    cloudtrail.start_logging(Name="main")
    first = cloudtrail.get_trail_status(Name="main")
    assert first["IsLogging"] and "StopLoggingTime" not in first
    started = first["StartLoggingTime"].astimezone(timezone.utc)
    assert first["TimeLoggingStarted"] == started.strftime("%Y-%m-%dT%H:%M:%SZ")
    cloudtrail.start_logging(Name="main")
    assert cloudtrail.get_trail_status(Name="main")["StartLoggingTime"] >= first["StartLoggingTime"]
    cloudtrail.stop_logging(Name=arn("main"))
    stopped = cloudtrail.get_trail_status(Name="main")
    assert not stopped["IsLogging"] and stopped["StopLoggingTime"] >= first["StartLoggingTime"]
    cloudtrail.update_trail(Name="main", S3KeyPrefix="p")
    assert not cloudtrail.get_trail_status(Name="main")["IsLogging"], "an update leaves the state as it was"


def test_a_multi_region_trail_shows_itself_everywhere(clients, cloudtrail, logs):
    west = clients.boto("cloudtrail", region="eu-west-1")
    cloudtrail.create_trail(Name="wide", S3BucketName=logs, IsMultiRegionTrail=True)
    cloudtrail.create_trail(Name="narrow", S3BucketName=logs)

    def names(client, **arguments):
        return sorted(trail["Name"] for trail in client.describe_trails(**arguments)["trailList"])

    assert names(cloudtrail) == ["narrow", "wide"]
    assert names(west) == ["wide"]
    assert names(west, includeShadowTrails=False) == []
    assert west.describe_trails()["trailList"][0]["TrailARN"] == arn("wide")
    assert names(west, trailNameList=["wide", "unknown"]) == [], "a name is looked for in this Region alone"
    assert names(west, trailNameList=[arn("wide")]) == ["wide"]
    assert west.get_trail(Name=arn("wide"))["Trail"]["HomeRegion"] == "us-east-1"
    assert west.get_trail_status(Name=arn("wide"))["IsLogging"] is False
    for call in (west.get_trail_status, west.get_trail, west.start_logging):
        code = refusal(call, Name="wide")[0]
        assert code in ("TrailNotFoundException", "InvalidHomeRegionException"), code
    for call, more in [
        (west.start_logging, {}), (west.stop_logging, {}), (west.delete_trail, {}),
        (west.update_trail, {"S3KeyPrefix": "x"}),
    ]:  # fmt: skip
        assert refusal(call, Name=arn("wide"), **more)[0] == "InvalidHomeRegionException"
    selectors = {"EventSelectors": [{"ReadWriteType": "All"}]}
    assert refusal(west.put_event_selectors, TrailName=arn("wide"), **selectors)[0] == "InvalidHomeRegionException"
    assert refusal(west.create_trail, Name="wide", S3BucketName=logs)[0] == "TrailAlreadyExistsException"
    west.create_trail(Name="narrow", S3BucketName=logs)
    assert names(west) == ["narrow", "wide"]
    assert cloudtrail.get_trail(Name="wide")["Trail"]["S3BucketName"] == logs


def test_unknown_trails(cloudtrail):
    given = ("TrailNotFoundException", f"Unknown trail: none for the user: {ACCOUNT}")
    resolved = ("TrailNotFoundException", f"Unknown trail: {arn('none')} for the user: {ACCOUNT}")
    assert refusal(cloudtrail.get_trail, Name="none") == given
    assert refusal(cloudtrail.update_trail, Name="none", S3KeyPrefix="x") == given
    for call in (cloudtrail.get_trail_status, cloudtrail.start_logging, cloudtrail.stop_logging, cloudtrail.delete_trail):
        assert refusal(call, Name="none") == resolved
    assert refusal(cloudtrail.get_event_selectors, TrailName="none") == resolved
    assert refusal(cloudtrail.start_logging, Name="arn:aws:cloudtrail:x")[0] == "CloudTrailARNInvalidException"
    assert refusal(cloudtrail.describe_trails, trailNameList=["a!b"])[0] == "InvalidTrailNameException"


@pytest.mark.parametrize(
    "name, message",
    [
        ("ab", "Trail name too short. Minimum allowed length: 3 characters. Specified name length: 2 characters."),
        ("x" * 129, "Trail name too long. Maximum allowed length: 128 characters. Specified name length: 129 characters."),
        ("-abc", "Trail name must starts with a letter or number."),
        ("abc.", "Trail name must ends with a letter or number."),
        (
            "a b",
            "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), "
            "hyphens (-), and underscores (_).",
        ),
        ("a--b", None),
        ("a._b", None),
        ("192.168.5.4", None),
    ],
)
def test_bad_names(cloudtrail, logs, name, message):
    code, told = refusal(cloudtrail.create_trail, Name=name, S3BucketName=logs)
    assert code == "InvalidTrailNameException"
    assert message in (told, None)


def test_bad_settings(cloudtrail, s3, logs):
    s3.create_bucket(Bucket="without-policy")
    cases = [
        (
            {"IsMultiRegionTrail": True, "IncludeGlobalServiceEvents": False}, "InvalidParameterCombinationException",
            "Multi-Region trail must include global service events.",
        ),
        ({"S3BucketName": "not-there"}, "S3BucketDoesNotExistException", "S3 bucket not-there does not exist!"),
        (
            {"S3BucketName": "without-policy"}, "InsufficientS3BucketPolicyException",
            "Incorrect S3 bucket policy is detected for bucket: without-policy",
        ),
        ({"S3BucketName": "Not_A_Bucket"}, "InvalidS3BucketNameException", None),
        ({"S3KeyPrefix": "p" * 201}, "InvalidS3PrefixException", None),
        ({"SnsTopicName": "t" * 257}, "InvalidSnsTopicNameException", None),
        (
            {"SnsTopicName": "topic"}, "InsufficientSnsTopicPolicyException",
            "SNS Topic does not exist or the topic policy is incorrect!",
        ),
        ({"KmsKeyId": "alias/none"}, "KmsKeyNotFoundException", None),
        (
            {"CloudWatchLogsLogGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:g:*"}, "InvalidCloudWatchLogsRoleArnException",
            "You must specify a role ARN as well as a log group.",
        ),
        ({"IsOrganizationTrail": True}, "OrganizationsNotInUseException", None),
        ({"TagsList": [{"Key": "a"}, {"Key": "a"}]}, "InvalidTagParameterException", None),
        ({"TagsList": [{"Key": f"k{number}"} for number in range(51)]}, "TagsLimitExceededException", None),
    ]  # fmt: skip
    for settings, code, message in cases:
        told = refusal(cloudtrail.create_trail, **{"Name": "main", "S3BucketName": logs} | settings)
        assert told == (code, message or told[1]), settings
    assert cloudtrail.list_trails()["Trails"] == []
    cloudtrail.create_trail(Name="main", S3BucketName=logs)
    before = cloudtrail.get_trail(Name="main")["Trail"]
    for settings, code, message in cases:
        if "TagsList" not in settings:
            told = refusal(cloudtrail.update_trail, Name="main", **settings)
            assert told == (code, message or told[1]), settings
    assert cloudtrail.get_trail(Name="main")["Trail"] == before, "a refused change changes nothing"
    told = refusal(cloudtrail.create_trail, Name="main", S3BucketName=logs)
    assert told == ("TrailAlreadyExistsException", f"Trail main already exists for customer: {ACCOUNT}")


def test_five_trails_in_a_region(clients, cloudtrail, logs):
    west = clients.boto("cloudtrail", region="eu-west-1")
    west.create_trail(Name="wide", S3BucketName=logs, IsMultiRegionTrail=True)
    for number in range(4):
        cloudtrail.create_trail(Name=f"here-{number}", S3BucketName=logs)
    told = refusal(cloudtrail.create_trail, Name="sixth", S3BucketName=logs)
    message = f"User: {ACCOUNT} already has 5 trails in us-east-1."
    assert told == ("MaximumNumberOfTrailsExceededException", message), "the shadow counts"
    told = refusal(west.create_trail, Name="seventh", S3BucketName=logs, IsMultiRegionTrail=True)
    assert told == ("MaximumNumberOfTrailsExceededException", message), "its shadow would be one too many"
    west.create_trail(Name="eighth", S3BucketName=logs)


def test_tags_of_trails(cloudtrail, logs):
    trail = cloudtrail.create_trail(Name="main", S3BucketName=logs, TagsList=[{"Key": "a", "Value": "1"}, {"Key": "b"}])
    trail = trail["TrailARN"]

    def tags():
        listed = cloudtrail.list_tags(ResourceIdList=[trail])["ResourceTagList"]
        assert [entry["ResourceId"] for entry in listed] == [trail]
        return {tag["Key"]: tag.get("Value") for tag in listed[0]["TagsList"]}

    assert tags() == {"a": "1", "b": None}
    cloudtrail.add_tags(ResourceId=trail, TagsList=[{"Key": "a", "Value": "2"}, {"Key": "c", "Value": "ü"}])
    assert tags() == {"a": "2", "b": None, "c": "ü"}
    cloudtrail.remove_tags(ResourceId=trail, TagsList=[{"Key": "b"}, {"Key": "zzz"}, {"Key": "c", "Value": "other"}])
    assert tags() == {"a": "2"}
    many = [{"Key": f"k{number}"} for number in range(50)]
    assert refusal(cloudtrail.add_tags, ResourceId=trail, TagsList=many)[0] == "TagsLimitExceededException"
    assert refusal(cloudtrail.add_tags, ResourceId=trail, TagsList=[{"Key": "aws:x"}])[0] == "InvalidTagParameterException"
    assert refusal(cloudtrail.list_tags, ResourceIdList=[arn("none")])[0] == "ResourceNotFoundException"
    assert refusal(cloudtrail.list_tags, ResourceIdList=["main"])[0] == "CloudTrailARNInvalidException"
    told = refusal(cloudtrail.list_tags, ResourceIdList=[arn("main", "eu-west-1")])
    message = "Region in ARN is wrong, you can only access resources in region us-east-1."
    assert told == ("CloudTrailARNInvalidException", message)
    assert tags() == {"a": "2"}


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_trails_survive(fresh, end):
    clients = Clients(fresh.start())
    s3, cloudtrail = clients.boto("s3"), clients.boto("cloudtrail")
    s3.create_bucket(Bucket="logs")
    s3.put_bucket_policy(Bucket="logs", Policy=any_prefix(fresh))
    cloudtrail.create_trail(Name="main", S3BucketName="logs", S3KeyPrefix="p", TagsList=[{"Key": "a"}])
    cloudtrail.put_event_selectors(TrailName="main", EventSelectors=[{"ReadWriteType": "ReadOnly"}])
    cloudtrail.start_logging(Name="main")

    def seen(cloudtrail):
        status = cloudtrail.get_trail_status(Name="main")
        return [
            cloudtrail.get_trail(Name="main")["Trail"],
            cloudtrail.get_event_selectors(TrailName="main")["EventSelectors"],
            cloudtrail.list_tags(ResourceIdList=[arn("main")])["ResourceTagList"],
            status["IsLogging"], status["StartLoggingTime"],
        ]  # fmt: skip

    before = seen(cloudtrail)
    getattr(fresh, end)()
    assert seen(Clients(fresh.start()).boto("cloudtrail")) == before


def test_the_bucket_policy_is_the_one_that_cloudtrail_demands(server):
    policy = json.loads(server.command("bucket-policy", "logs", "--prefix", "a/b"))
    acl, write = policy["Statement"]
    assert (acl["Action"], acl["Resource"]) == ("s3:GetBucketAcl", "arn:aws:s3:::logs")
    assert (write["Action"], write["Resource"]) == ("s3:PutObject", f"arn:aws:s3:::logs/a/b/AWSLogs/{ACCOUNT}/*")
    assert write["Condition"]["StringEquals"]["s3:x-amz-acl"] == "bucket-owner-full-control"
    assert all(one["Principal"] == {"Service": "cloudtrail.amazonaws.com"} for one in policy["Statement"])
