"""Event selectors, basic and advanced: stored as given, refused in the documented words, and obeyed by delivery."""

import pytest
from clients import refusal
from log_files import LogBucket
from waiting import wait_for

DEFAULT = [
    {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [], "ExcludeManagementEventSources": []}
]


@pytest.fixture(scope="module")
def trail(server, s3, cloudtrail):
    """A trail that logs into `logs`, beside the buckets `one` and `two`."""
    for bucket in ("logs", "one", "two"):
        s3.create_bucket(Bucket=bucket)
    s3.put_bucket_policy(Bucket="logs", Policy=server.command("bucket-policy", "logs"))
    arn = cloudtrail.create_trail(Name="main", S3BucketName="logs", IsMultiRegionTrail=True)["TrailARN"]
    cloudtrail.start_logging(Name="main")
    return arn


def data(*values, kind="AWS::S3::Object"):
    return {"Type": kind, "Values": list(values)}


def advanced(**fields):
    """Makes one advanced selector; `a__b="x"` is field a, operator b."""
    conditions = {}
    for name, value in fields.items():
        field, _, operator = name.replace("resources_", "resources.").replace("Identity_", "Identity.").partition("__")
        values = value if isinstance(value, list) else [value]
        conditions.setdefault(field, {"Field": field})[operator or "Equals"] = values
    return {"FieldSelectors": list(conditions.values())}


def test_the_default_is_all_management_events(cloudtrail, trail):
    cloudtrail.put_event_selectors(TrailName="main", EventSelectors=DEFAULT)
    told = cloudtrail.get_event_selectors(TrailName="main")
    assert told["EventSelectors"] == DEFAULT and "AdvancedEventSelectors" not in told
    assert cloudtrail.get_event_selectors(TrailName=trail)["TrailARN"] == trail
    assert cloudtrail.get_trail(Name="main")["Trail"]["HasCustomEventSelectors"] is False


def test_each_kind_replaces_the_other(cloudtrail, trail):
    basic = [{"ReadWriteType": "WriteOnly", "DataResources": [data("arn:aws:s3:::one/")]}]
    filled = [DEFAULT[0] | basic[0]]
    put = cloudtrail.put_event_selectors(TrailName="main", EventSelectors=basic)
    assert (put["TrailARN"], put["EventSelectors"]) == (trail, filled)
    assert cloudtrail.get_event_selectors(TrailName="main")["EventSelectors"] == filled
    assert cloudtrail.get_trail(Name="main")["Trail"]["HasCustomEventSelectors"] is True
    other = [{"Name": "m"} | advanced(eventCategory="Management", readOnly="false")]
    put = cloudtrail.put_event_selectors(TrailName=trail, AdvancedEventSelectors=other)
    assert put["AdvancedEventSelectors"] == other and "EventSelectors" not in put
    told = cloudtrail.get_event_selectors(TrailName="main")
    assert told["AdvancedEventSelectors"] == other and "EventSelectors" not in told


@pytest.mark.parametrize(
    "selectors",
    [
        [],
        [{}] * 6,
        [{"ReadWriteType": "Some"}],
        [{"DataResources": [data("arn:aws:s3:::*")]}],
        [{"DataResources": [data("arn:aws:s3:::*/*")]}],
        [{"DataResources": [data("arn:aws:s3:::one")]}],
        [{"DataResources": [data("arn:aws:lambda:*", kind="AWS::Lambda::Function")]}],
        [{"DataResources": [data("arn:aws:sns", kind="AWS::SNS::Topic")]}],
        [{"DataResources": [data(*[f"arn:aws:s3:::b{number}/" for number in range(251)])]}],
        [{"ExcludeManagementEventSources": ["s3.amazonaws.com"]}],
    ],
)
def test_bad_basic_selectors(cloudtrail, trail, selectors):
    before = cloudtrail.get_event_selectors(TrailName="main")
    code, message = refusal(cloudtrail.put_event_selectors, TrailName="main", EventSelectors=selectors)
    assert code == "InvalidEventSelectorsException"
    if "*" in str(selectors):
        value = selectors[0]["DataResources"][0]["Values"][0]
        assert message == f"Value {value} for DataResources.Values is invalid."
    after = cloudtrail.get_event_selectors(TrailName="main")
    del before["ResponseMetadata"], after["ResponseMetadata"]
    assert after == before


S3_DATA = {"eventCategory": "Data", "resources_type": "AWS::S3::Object"}


@pytest.mark.parametrize(
    "selectors",
    [
        [],
        [advanced(readOnly="true")],
        [advanced(eventCategory="Other")],
        [advanced(eventCategory=["Management", "Data"])],
        [advanced(eventCategory__StartsWith="Man")],
        [advanced(eventCategory="Data")],
        [advanced(eventCategory="Data", resources_type="AWS::None::Such")],
        [advanced(eventCategory="Data", resources_type=["AWS::S3::Object", "AWS::SNS::Topic"])],
        [advanced(eventCategory="NetworkActivity")],
        [advanced(eventCategory="NetworkActivity", eventSource="none.amazonaws.com")],
        [advanced(eventCategory="Management", eventName="CreateBucket")],
        [advanced(eventCategory="Management", readOnly="maybe")],
        [advanced(eventCategory="Management", readOnly__NotEquals="true")],
        [advanced(eventCategory="Management", eventSource="kms.amazonaws.com")],
        [advanced(eventCategory="Management", eventSource__NotEquals="s3.amazonaws.com")],
        [advanced(**S3_DATA, resources_ARN="not-an-arn")],
        [advanced(**S3_DATA, nonsense="x")],
        [advanced(**S3_DATA, eventName=[f"E{number}" for number in range(501)])],
        [{"FieldSelectors": advanced(**S3_DATA)["FieldSelectors"] * 2}],
        [{"FieldSelectors": [*advanced(**S3_DATA)["FieldSelectors"], {"Field": "eventName"}]}],
    ],
)
def test_bad_advanced_selectors(cloudtrail, trail, selectors):
    told = refusal(cloudtrail.put_event_selectors, TrailName="main", AdvancedEventSelectors=selectors)
    assert told[0] == "InvalidEventSelectorsException"


def test_both_kinds_or_neither(cloudtrail, trail):
    both = {"EventSelectors": DEFAULT, "AdvancedEventSelectors": [advanced(eventCategory="Management")]}
    assert refusal(cloudtrail.put_event_selectors, TrailName="main", **both)[0] == "InvalidEventSelectorsException"
    assert refusal(cloudtrail.put_event_selectors, TrailName="main")[0] == "InvalidEventSelectorsException"


# Selectors, and which of the probe's calls they let through.
OBEYED = [
    ({"EventSelectors": DEFAULT}, {"GetBucketLocation", "PutBucketTagging"}),
    ({"EventSelectors": [{"ReadWriteType": "ReadOnly"}]}, {"GetBucketLocation"}),
    (
        {"EventSelectors": [{"ReadWriteType": "WriteOnly", "DataResources": [data("arn:aws:s3:::one/")]}]},
        {"PutBucketTagging", "PutObject one"},
    ),
    (
        {"EventSelectors": [{"IncludeManagementEvents": False, "DataResources": [data("arn:aws:s3:::two/pre")]}]},
        {"PutObject two pre/", "GetObject two pre/"},
    ),
    (
        {"EventSelectors": [{"IncludeManagementEvents": False, "DataResources": [data("arn:aws:s3")]}]},
        {"PutObject one", "GetObject one", "PutObject two pre/", "GetObject two pre/"},
    ),
    (
        {"AdvancedEventSelectors": [advanced(**S3_DATA, readOnly="true", resources_ARN__NotStartsWith="arn:aws:s3:::one/")]},
        {"GetObject two pre/"},
    ),
    (
        {
            "AdvancedEventSelectors": [
                advanced(**S3_DATA, eventName=["PutObject"], resources_ARN__EndsWith="/probe"),
                advanced(eventCategory="Management", readOnly="true"),
            ]
        },
        {"GetBucketLocation", "PutObject one", "PutObject two pre/"},
    ),
    (
        {"AdvancedEventSelectors": [advanced(**S3_DATA, userIdentity_arn__NotStartsWith="arn:aws:iam::123456789012:")]},
        set(),
    ),
]


@pytest.mark.parametrize("selectors, expected", OBEYED)
def test_delivery_obeys(cloudtrail, s3, trail, selectors, expected):
    cloudtrail.put_event_selectors(TrailName="main", **selectors)
    ids = {}
    for name, call, arguments in [
        ("GetBucketLocation", s3.get_bucket_location, {"Bucket": "one"}),
        ("PutBucketTagging", s3.put_bucket_tagging, {"Bucket": "one", "Tagging": {"TagSet": []}}),
        ("PutObject one", s3.put_object, {"Bucket": "one", "Key": "probe"}),
        ("GetObject one", s3.get_object, {"Bucket": "one", "Key": "probe"}),
        ("PutObject two pre/", s3.put_object, {"Bucket": "two", "Key": "pre/probe"}),
        ("GetObject two pre/", s3.get_object, {"Bucket": "two", "Key": "pre/probe"}),
    ]:
        ids[call(**arguments)["ResponseMetadata"]["RequestId"]] = name
    cloudtrail.put_event_selectors(TrailName="main", EventSelectors=DEFAULT)
    end = cloudtrail.describe_trails()["ResponseMetadata"]["RequestId"]
    logs = LogBucket(s3, "logs")
    wait_for(lambda: end in requests(logs), "the probe's end is in a log file", limit=30)
    assert {ids[found] for found in requests(logs) & ids.keys()} == expected


def requests(logs):
    return {record["requestID"] for record in logs.records()}
