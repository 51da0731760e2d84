"""The process: one for a data directory, a good end under load, and the settings that tests can see."""

import signal
import socket
import subprocess
import threading

from clients import Clients
from server import BINARY
from waiting import wait_for
from wire import Wire


def found(clients, request_id):
    events = clients.boto("cloudtrail").lookup_events(MaxResults=50)["Events"]
    return [event for event in events if request_id in event["CloudTrailEvent"]]


def test_a_data_directory_has_one_server(fresh):
    fresh.start()
    command = [BINARY, "serve", "--data-dir", fresh.data_dir, "--listen", "127.0.0.1:0"]
    second = subprocess.run(command, env={}, capture_output=True, text=True, timeout=20)
    assert second.returncode != 0
    assert "another cairn serves from this directory" in second.stderr
    assert fresh.ready()


def test_an_open_request_is_finished_before_the_end(fresh):
    """The server is told to stop in the middle of an upload; the upload is answered, and kept."""
    clients = Clients(fresh.start())
    s3 = clients.boto("s3")
    s3.create_bucket(Bucket="slow")
    wire = Wire(clients.environment)
    method, target, headers, body = wire.signed("s3", "PUT", "/slow/object", body=b"first and second half")
    lines = [f"{name}: {value}" for name, value in ({"Host": wire.address.netloc, "Content-Length": len(body)} | headers).items()]
    head = "\r\n".join([f"{method} {target} HTTP/1.1", *lines, "", ""]).encode()
    with socket.create_connection((wire.address.hostname, wire.address.port), timeout=20) as connection:
        connection.sendall(head + body[:9])
        wait_for(lambda: fresh.ready(), "the server has gone on")
        fresh.process.send_signal(signal.SIGINT)
        wait_for(lambda: not accepts(wire), "no connection is accepted any more")
        connection.sendall(body[9:])
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
    fresh.ended()
    clients = Clients(fresh.start())
    assert clients.boto("s3").get_object(Bucket="slow", Key="object")["Body"].read() == body


def accepts(wire):
    try:
        socket.create_connection((wire.address.hostname, wire.address.port), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True


def test_stopping_under_load_keeps_every_answer(fresh):
    clients = Clients(fresh.start())
    answered, stopped = [], threading.Event()

    def call():
        cloudtrail = clients.boto("cloudtrail")
        while not stopped.is_set():
            try:
                answered.append(cloudtrail.describe_trails()["ResponseMetadata"]["RequestId"])
            except Exception:
                return

    callers = [threading.Thread(target=call) for _ in range(4)]
    for caller in callers:
        caller.start()
    wait_for(lambda: len(answered) > 100, "calls are answered")
    fresh.stop()
    stopped.set()
    for caller in callers:
        caller.join()
    pages = Clients(fresh.start()).boto("cloudtrail").get_paginator("lookup_events").paginate()
    text = "".join(event["CloudTrailEvent"] for page in pages for event in page["Events"])
    assert [one for one in answered if text.count(one) != 1] == []


def test_the_throttle_is_aws_s_when_it_is_on(make_server):
    server = make_server(cloudtrail__throttle="true")
    cloudtrail = Clients(server.start()).boto("cloudtrail")
    told = [outcome(cloudtrail) for _ in range(5)]
    assert told[0] is None and ("ThrottlingException", "Rate exceeded") in told


def outcome(cloudtrail):
    try:
        cloudtrail.lookup_events()
    except cloudtrail.exceptions.ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]
    return None


def test_rejected_calls_are_left_out_when_asked(make_server):
    server = make_server(record__rejected_calls="false")
    clients = Clients(server.start())
    wire = Wire(clients.environment)
    key = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    rejected = wire.send(wire.cloudtrail("ListTrails", key=key))
    assert rejected.status == 403
    refused = wire.send(wire.cloudtrail("GetTrail", b'{"Name": "none"}'))
    wait_for(lambda: found(clients, refused.request_id), "the proven caller's call is found", limit=1)
    assert found(clients, rejected.request_id) == []


def test_metrics_and_probes_need_no_signature(fresh):
    fresh.start()
    assert fresh.page("healthz").read() == b"ok\n"
    assert fresh.metric("cairn_journal_tail_position") is not None
    wire = Wire(Clients(fresh).environment)
    assert wire.send(wire.signed("s3", "PUT", "/_cairn")).status == 405, "no bucket can be called that"
