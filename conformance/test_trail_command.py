"""`cairn trail`: trails without the AWS CLI."""

import json
import subprocess

import pytest
from server import BINARY
from waiting import wait_for


def lines(server, *arguments):
    return [json.loads(line) for line in server.command("trail", *arguments).splitlines()]


def test_a_trail_and_its_bucket_in_one_command(server, s3, cloudtrail):
    [made] = lines(server, "create", "main", "--bucket", "audit-logs", "--create-bucket", "--prefix", "all")
    assert made["IsMultiRegionTrail"] and made["IncludeGlobalServiceEvents"] and made["S3KeyPrefix"] == "all"
    assert made["LogFileValidationEnabled"]
    assert cloudtrail.get_trail_status(Name="main")["IsLogging"]
    wait_for(lambda: s3.list_objects_v2(Bucket="audit-logs", Prefix="all/AWSLogs/").get("Contents"), "log files come")
    [listed] = lines(server, "list")
    assert listed["trail"]["Name"] == "main" and listed["status"]["IsLogging"]
    shown = wait_for(
        lambda: [one for one in lines(server, "show", "main") if one["status"].get("LatestDeliveryTime")], "delivery shows"
    )
    assert shown[0]["trail"]["TrailARN"] == made["TrailARN"]


def test_it_is_stopped_started_and_deleted(server, cloudtrail):
    lines(server, "create", "brief", "--bucket", "brief-logs", "--create-bucket", "--regions", "one", "--validation", "off")
    assert not cloudtrail.get_trail(Name="brief")["Trail"]["LogFileValidationEnabled"]
    assert not cloudtrail.get_trail(Name="brief")["Trail"]["IsMultiRegionTrail"]
    server.command("trail", "stop", "brief")
    assert not cloudtrail.get_trail_status(Name="brief")["IsLogging"]
    server.command("trail", "start", "brief")
    assert cloudtrail.get_trail_status(Name="brief")["IsLogging"]
    server.command("trail", "delete", "brief")
    assert "brief" not in [one["trail"]["Name"] for one in lines(server, "list")]


def test_events_are_chosen_by_bucket_and_prefix(server, cloudtrail):
    lines(server, "create", "chosen", "--bucket", "chosen-logs", "--create-bucket")
    assert lines(server, "events", "chosen")[0]["TrailARN"].endswith("/chosen")
    [told] = lines(server, "events", "chosen", "--management", "write", "--data", "shop/orders/", "--data", "*")
    assert told["AdvancedEventSelectors"] == cloudtrail.get_event_selectors(TrailName="chosen")["AdvancedEventSelectors"]
    fields = [{field["Field"]: field for field in one["FieldSelectors"]} for one in told["AdvancedEventSelectors"]]
    assert fields[0]["readOnly"]["Equals"] == ["false"]
    assert fields[1]["resources.ARN"]["StartsWith"] == ["arn:aws:s3:::shop/orders/"]
    assert "resources.ARN" not in fields[2]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["create", "lost", "--bucket", "nowhere"], "S3BucketDoesNotExistException"),
        (["stop", "nobody"], "TrailNotFoundException"),
        (["events", "nobody", "--data", "*"], "TrailNotFoundException"),
    ],
)
def test_a_refusal_is_told_in_cloudtrails_words(server, arguments, reason):
    command = [BINARY, "trail", *arguments, "--data-dir", server.data_dir]
    done = subprocess.run(command, env=server._environment(), capture_output=True, text=True)
    assert done.returncode == 1 and done.stdout == "" and f": {reason}: " in done.stderr, done


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_learns_the_commands(server, shell):
    script = subprocess.run([BINARY, "completion", shell], capture_output=True, text=True, check=True).stdout
    assert "bucket-policy" in script and "create-bucket" in script
    if shell == "bash":
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)
