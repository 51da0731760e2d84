"""Whatever happens around it: each event that a trail selected is in its log files exactly once, and they verify."""

import collections
import os
import random
import shutil
import time

import pytest
from clients import Clients
from disturbances import Anything, Clock, Denial, Kill, SmallDisk, TroubledNetwork
from load import Load, marker_of
from log_files import LogBucket
from waiting import wait_for

# Each round has one disturbance. CAIRN_ROUNDS=400 is what `make soak` runs.
ROUNDS = int(os.environ.get("CAIRN_ROUNDS", "30"))
DISK_MB = 700
ARN = "arn:aws:cloudtrail:us-east-1:123456789012:trail/kill"


def seeded():
    seed = int(os.environ.get("CAIRN_SEED", random.SystemRandom().randrange(2**32)))
    print(f"{ROUNDS} rounds; repeat with CAIRN_SEED={seed}")
    return random.Random(seed)


def test_kills_denials_a_jumping_clock_and_a_full_disk_lose_nothing(make_server, tmp_path):
    server, chance, load = make_server(history__seal_after="5s"), seeded(), Load(patient=True)
    server.allowed = Anything()
    disk = SmallDisk(server, DISK_MB)
    try:
        clock = Clock(server, tmp_path / "clock") if not Clock.unavailable() else None
        clients = Clients(server.start())
        policy = server.command("bucket-policy", "logs")
        prepare(clients, policy)
        denial = Denial(lambda: Clients(server).boto("s3"), "logs", policy)
        disturbances = [Kill(server), Kill(server), denial] + [one for one in (clock,) if one]
        if disk.mounted:
            disturbances.append(disk)
        for reason in filter(None, [Clock.unavailable(), disk.unavailable()]):
            print(f"SKIPPED: {reason}")
        seen = disturb(server, chance, load, disturbances)
        if clock:
            clock.end()
        if denial.denied:
            denial.end()
        calls = check(Clients(server), load, Clients(server).boto("s3"))
        print(f"{seen}; {calls} calls answered, {load.refused} refused as not recordable; none lost, none twice")
        validate(Clients(server), Clients(server).environment)
        print(server.command("validate", "--trail-arn", ARN, "--start-time", "2020-01-01T00:00:00Z"))
    finally:
        if server.process is not None:
            server.stop()
        disk.unmount()


@pytest.fixture
def relayed(make_server):
    """A store behind a troubled network, and a server that delivers there. Both know the same keys, for the AWS CLI
    reads from both with one."""
    store = make_server()
    store.start()
    store.stop()
    kept = shutil.copytree(store.data_dir, store.home / "kept")
    at = store.start().endpoint.removeprefix("http://").split(":")
    network = TroubledNetwork((at[0], int(at[1])))
    there = Clients(store)
    secret = store.home / "secret"
    secret.write_text(there.environment["AWS_SECRET_ACCESS_KEY"])
    server = make_server(
        endpoints__s3=network.endpoint,
        endpoints__access_key_id=there.environment["AWS_ACCESS_KEY_ID"],
        endpoints__secret_access_key_file=secret,
    )
    shutil.copytree(kept, server.data_dir)
    yield server, there, network
    network.close()


def test_a_store_that_drops_delays_and_forgets_to_answer_gets_everything_once(relayed):
    server, there, network = relayed
    chance, load = seeded(), Load(calls=["AddTags", "StartLogging"])
    server.allowed = Anything()
    there.boto("s3").create_bucket(Bucket="logs")
    clients = Clients(server.start())
    make_trail(clients.boto("cloudtrail"))
    seen = disturb(server, chance, load, [Kill(server), network, network])
    network.end()
    calls = check(Clients(server), load, there.boto("s3"))
    print(f"{seen}; {calls} calls answered; none lost, none twice")
    validate(Clients(server), {"AWS_ENDPOINT_URL_S3": there.environment["AWS_ENDPOINT_URL"]})


def prepare(clients, policy):
    """Makes what the load touches, and a trail that delivers it and signs digests."""
    s3 = clients.boto("s3")
    for bucket in ("logs", "tagged", "filled"):
        s3.create_bucket(Bucket=bucket)
    s3.put_bucket_policy(Bucket="logs", Policy=policy)
    cloudtrail = clients.boto("cloudtrail")
    make_trail(cloudtrail)
    data = {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::filled/"]}
    cloudtrail.put_event_selectors(TrailName="kill", EventSelectors=[{"DataResources": [data]}])


def make_trail(cloudtrail):
    """Makes the trail that the load tags."""
    cloudtrail.create_trail(Name="kill", S3BucketName="logs", EnableLogFileValidation=True)
    cloudtrail.start_logging(Name="kill")


def disturb(server, chance, load, disturbances):
    """Runs the rounds; returns how often each disturbance happened."""
    seen = collections.Counter()
    for _ in range(ROUNDS):
        one = chance.choice(disturbances)
        seen[type(one).__name__] += 1
        again = isinstance(one, (Kill, SmallDisk))
        load.run(Clients(server), until=lambda: one.happen(chance), stays=not again)
        assert load.trouble == []
    return dict(seen)


def check(clients, load, s3):
    """Waits for the last call in the log files; every answered call is there once, any other once at most."""
    cloudtrail = clients.boto("cloudtrail")
    last = cloudtrail.describe_trails()["ResponseMetadata"]["RequestId"]
    logs = LogBucket(s3, "logs")

    def delivered():
        records = logs.records()
        return records if any(record["requestID"] == last for record in records) else None

    records = wait_for(delivered, "the last call is in a log file", limit=120 + ROUNDS)
    assert len({record["eventID"] for record in records}) == len(records), "an event was delivered twice"
    found = collections.Counter(filter(None, map(marker_of, records)))
    expected = {marker for answered in load.answered.values() for marker in answered}
    assert expected - found.keys() == set()
    assert set(found.values()) == {1}
    return len(expected)


def validate(clients, environment):
    """Ends the chain of digests and has the AWS CLI verify every file."""
    cloudtrail = clients.boto("cloudtrail")
    cloudtrail.stop_logging(Name="kill")
    stopped = time.time()
    status = lambda: cloudtrail.get_trail_status(Name="kill")
    wait_for(lambda: digest_after(status(), stopped), "the last digest is delivered", limit=60)
    clients.environment |= environment
    said = clients.aws("cloudtrail", "validate-logs", "--trail-arn", ARN, "--start-time", "2020-01-01T00:00:00Z")
    print(said)
    assert "INVALID" not in said


def digest_after(status, stopped):
    delivered = status.get("LatestDigestDeliveryTime")
    return delivered is not None and delivered.timestamp() >= stopped - 1
