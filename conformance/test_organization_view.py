"""An organization's events in one view: `cairn lookup --organization`, `cairn tail --organization`, `cairn organization`."""

import json
import time

import pytest
from organization_members import Members
from waiting import wait_for


@pytest.fixture(scope="module")
def members(clients):
    """An organization: shop in Workloads, play in Workloads/Sandbox, tools in the root; each has made a bucket."""
    members = Members(clients)
    members.workloads = members.unit("Workloads")
    members.sandbox = members.unit("Sandbox", members.workloads)
    for name, unit in [("shop", members.workloads), ("play", members.sandbox), ("tools", None)]:
        account = members.make(name)
        setattr(members, name, account)
        if unit:
            members.move(account, unit)
        members.boto(account, "s3").create_bucket(Bucket=f"bucket-of-{name}")
    # An account that was there before is seen from the first full second after it joined.
    joined = members.api.describe_account(AccountId=members.management)["Account"]["JoinedTimestamp"]
    wait_for(lambda: time.time() > joined.timestamp() + 1, "the second of the beginning is over")
    clients.boto("s3").create_bucket(Bucket="bucket-of-acme")
    return members


def printed(done):
    assert done.returncode == 0, done
    return [json.loads(line) for line in done.stdout.splitlines()]


def refused(done, *words):
    assert done.returncode == 1 and done.stdout == "", done
    assert all(word in done.stderr for word in words), done.stderr


def buckets(events):
    return [event["requestParameters"]["bucketName"].removeprefix("bucket-of-") for event in events]


def created(members, *flags, account=None):
    """Looks up who made which bucket."""
    return members.cairn(account, "lookup", "--organization", "--event-name", "CreateBucket", *flags)


def test_the_management_account_sees_all_members_newest_first(members):
    events = wait_for(lambda: len(found := printed(created(members))) == 4 and found, "all events are found")
    assert sorted(buckets(events)) == ["acme", "play", "shop", "tools"]
    times = [event["eventTime"] for event in events]
    assert times == sorted(times, reverse=True)
    accounts = {event["recipientAccountId"] for event in events}
    assert accounts == {members.management, members.shop, members.play, members.tools}
    # The pages of two follow one another over all accounts.
    assert printed(created(members, "--max", "2")) == events[:2]


def test_a_part_of_it_is_named_by_id_name_or_path(members):
    for flags, expected in [
        (["--account", members.shop], ["shop"]),
        (["--account", "shop", "--account", "tools"], ["shop", "tools"]),
        (["--unit", members.workloads], ["play", "shop"]),
        (["--unit", "Workloads/Sandbox"], ["play"]),
        (["--unit", "Sandbox", "--account", "tools"], ["play", "tools"]),
        (["--unit", members.root], ["acme", "play", "shop", "tools"]),
    ]:
        assert sorted(buckets(printed(created(members, *flags)))) == expected, flags
    refused(created(members, "--account", "nobody"), "could not look events up", "no account or unit", "`cairn organization` lists them")
    refused(created(members, "--account", "999999999999"), "AccountNotFoundException")
    assert members.cairn(None, "lookup", "--account", members.shop).returncode == 2


def test_members_see_their_own_events_and_no_more(members):
    refused(created(members, account=members.shop), "NotOrganizationMasterAccountException")
    refused(members.cairn(members.shop, "tail", "--organization"), "NotOrganizationMasterAccountException")
    own = printed(members.cairn(members.shop, "lookup", "--event-name", "CreateBucket"))
    assert buckets(own) == ["shop"]


def test_that_it_was_looked_at_is_recorded_in_the_account_that_looked(members, cloudtrail):
    def looked():
        found = cloudtrail.lookup_events(
            LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "LookupOrganizationEvents"}]
        )["Events"]
        return [json.loads(event["CloudTrailEvent"]) for event in found]

    printed(created(members, "--account", "shop"))
    event = wait_for(looked, "the lookup is recorded")[0]
    assert event["readOnly"] and event["eventSource"] == "cloudtrail.amazonaws.com"
    assert event["recipientAccountId"] == members.management
    told = event["additionalEventData"]
    assert told["organizationView"] == {"accounts": [members.shop]}
    assert told["lookup"]["lookupAttributes"] == [{"attributeKey": "EventName", "attributeValue": "CreateBucket"}]


def test_a_permission_of_its_own_is_needed(members, clients):
    iam = clients.boto("iam")
    iam.create_user(UserName="reader")
    allowed = {"Effect": "Allow", "Action": "cloudtrail:LookupEvents", "Resource": "*"}
    key = iam.create_access_key(UserName="reader")["AccessKey"]

    def ask(*arguments):
        policy = {"Version": "2012-10-17", "Statement": [allowed]}
        iam.put_user_policy(UserName="reader", PolicyName="reads", PolicyDocument=json.dumps(policy))
        keys = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
        return members.cairn(None, *arguments, keys=keys)

    assert ask("lookup").returncode == 0
    refused(ask("lookup", "--organization"), "AccessDeniedException", "cairn:LookupOrganizationEvents")
    refused(ask("tail", "--organization"), "AccessDeniedException", "cairn:LookupOrganizationEvents")
    allowed["Action"] = ["cloudtrail:LookupEvents", "cairn:LookupOrganizationEvents"]
    assert buckets(printed(ask("lookup", "--organization", "--event-name", "CreateBucket", "--account", members.shop)))


def test_the_tail_shows_events_of_all_accounts(members):
    def told(*flags, account=None):
        return printed(members.cairn(account, "tail", "--organization", "-n", "1000", *flags))

    made = [event for event in told() if event["eventName"] == "CreateBucket"]
    assert sorted(buckets(made)) == ["acme", "play", "shop", "tools"]
    of_shop = told("--account", "shop")
    assert {event["recipientAccountId"] for event in of_shop} == {members.shop}


def test_a_follower_is_told_no_more_once_it_may_not_see_it(members, cloudtrail):
    cloudtrail.register_organization_delegated_admin(MemberAccountId=members.tools)
    following = members.following(members.tools, "tail", "--organization", "-f", "-n", "0")
    try:
        s3 = members.boto(members.shop, "s3")
        wait_for(lambda: s3.list_buckets() and following.told("ListBuckets"), "the follower is told of a member")
        cloudtrail.deregister_organization_delegated_admin(DelegatedAdminAccountId=members.tools)
        wait_for(lambda: s3.list_buckets() and following.process.poll() is not None, "the follower ends")
        assert following.process.returncode == 1
        assert "NotOrganizationMasterAccountException" in following.process.stderr.read()
    finally:
        following.process.kill()
        following.process.wait()


def test_data_events_of_a_members_own_trail_stay_its_own(members):
    s3, cloudtrail = members.boto(members.shop, "s3"), members.boto(members.shop, "cloudtrail")
    policy = members.cairn(members.shop, "bucket-policy", "bucket-of-shop", "--account-id", members.shop).stdout
    s3.put_bucket_policy(Bucket="bucket-of-shop", Policy=policy)
    s3.create_bucket(Bucket="orders-of-shop")
    cloudtrail.create_trail(Name="own", S3BucketName="bucket-of-shop")
    cloudtrail.put_event_selectors(
        TrailName="own",
        EventSelectors=[{
            "ReadWriteType": "All", "IncludeManagementEvents": True,
            "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::orders-of-shop/"]}],
        }],
    )  # fmt: skip
    cloudtrail.start_logging(Name="own")
    s3.put_object(Bucket="orders-of-shop", Key="first", Body=b"1")
    own = printed(members.cairn(members.shop, "tail", "-n", "1000"))
    assert [event for event in own if event["eventName"] == "PutObject"]
    all_accounts = printed(members.cairn(None, "tail", "--organization", "-n", "1000"))
    assert [event for event in all_accounts if event["eventName"] == "PutObject"] == []
    assert [event for event in all_accounts if event["recipientAccountId"] == members.shop]


def test_a_delegated_administrator_sees_what_members_did(members, cloudtrail):
    cloudtrail.register_organization_delegated_admin(MemberAccountId=members.tools)
    seen = set(buckets(printed(created(members, account=members.tools))))
    assert seen >= {"acme", "play", "shop", "tools"}
    [shown] = printed(members.cairn(members.tools, "organization"))
    administers = {place["id"]: place["administers"] for place in shown["places"] if place["kind"] == "account"}
    assert administers[members.tools] == ["cloudtrail.amazonaws.com"]
    cloudtrail.deregister_organization_delegated_admin(DelegatedAdminAccountId=members.tools)
    refused(created(members, account=members.tools), "NotOrganizationMasterAccountException")


def test_the_organization_is_shown(members, s3, cloudtrail):
    [shown] = printed(members.cairn(None, "organization", "show"))
    assert shown["organization"]["Id"] == members.organization
    assert "cloudtrail.amazonaws.com" in shown["trustedServices"]
    places = {place["name"]: place for place in shown["places"]}
    assert places["Root"]["id"] == members.root and places["Root"]["parent"] is None
    assert places["Sandbox"]["parent"] == members.workloads
    assert places["play"]["id"] == members.play and places["play"]["parent"] == members.sandbox
    assert [place["id"] for place in shown["places"] if place.get("manages")] == [members.management]
    [told] = printed(members.cairn(members.shop, "organization"))
    assert told["organization"]["Id"] == members.organization and "places" not in told


def test_accounts_and_units_are_excluded_and_included(members):
    def tag(target):
        tags = members.api.list_tags_for_resource(ResourceId=target)["Tags"]
        return next((tag["Value"] for tag in tags if tag["Key"] == "cairn:excluded-from-trails"), None)

    [told] = printed(members.cairn(None, "organization", "exclude", "Workloads/Sandbox"))
    assert told == {"id": members.sandbox, "excludedFromTrails": ["@all"], "inherited": []}
    assert tag(members.sandbox) == "@all"
    done = members.cairn(None, "organization", "exclude", "play", "--trail", "everyone", "--trail", "payments")
    [told] = printed(done)
    assert "no organization trail is called everyone yet" in done.stderr
    assert told["excludedFromTrails"] == ["everyone", "payments"] and tag(members.play) == "everyone payments"
    assert told["inherited"] == [{"id": members.sandbox, "excludedFromTrails": ["@all"]}]
    refused(members.cairn(None, "organization", "include", "Sandbox", "--trail", "everyone"), "include it in all")
    printed(members.cairn(None, "organization", "include", "play", "--trail", "everyone"))
    assert tag(members.play) == "payments"
    for target in ["play", "Sandbox"]:
        assert printed(members.cairn(None, "organization", "include", target))[0]["excludedFromTrails"] == []
    assert tag(members.play) is None and tag(members.sandbox) is None
    refused(members.cairn(members.shop, "organization", "exclude", members.shop), "AccessDeniedException")


def test_who_has_no_organization_is_told_how_to_make_one(fresh):
    fresh.start()
    for command in [["organization"], ["lookup", "--organization"]]:
        with pytest.raises(Exception) as failed:
            fresh.command(*command)
        assert failed.value.returncode == 1
