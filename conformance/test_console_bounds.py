"""What goes on in a session ends with it, and what a host, a header or a page of others can't bring about."""

import http.client
import json
import threading

import pytest
from browser import BASE, Browser
from waiting import wait_for

OWN = "123456789012"
PASSWORD = "Corr3ct-horse!"


@pytest.fixture(scope="module")
def user(clients):
    """A user who may do everything, and a role that any of the account may work in."""
    iam = clients.boto("iam")
    iam.create_user(UserName="nora")
    iam.attach_user_policy(UserName="nora", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    iam.create_login_profile(UserName="nora", Password=PASSWORD)
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{OWN}:root"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=document)
    iam.attach_role_policy(RoleName="reader", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    return "nora"


@pytest.fixture
def browser(server, user):
    browser = Browser(server)
    assert browser.sign_in(OWN, PASSWORD, user).status == 200
    return browser


def begin(browser):
    """Asks to follow events; returns the connection and the answer."""
    connection = http.client.HTTPConnection(browser.address.hostname, browser.address.port, timeout=120)
    told = {"cookie": browser.cookie, "x-cairn-csrf": browser.csrf}
    connection.request("GET", f"{BASE}call/cloudtrail/us-east-1/_cairn/tail?positions=true", headers=told)
    return connection, connection.getresponse()


def follow(browser):
    """Follows events; returns the thread that reads them, which ends with the answer."""
    _, response = begin(browser)
    assert response.status == 200
    reading = threading.Thread(target=response.read, daemon=True)
    reading.start()
    return reading


def ends(reading, clients, why):
    """Waits until it ends, while there is something to tell."""
    cloudtrail = clients.boto("cloudtrail")

    def is_over():
        cloudtrail.describe_trails()
        return not reading.is_alive()

    wait_for(is_over, f"following ends: {why}", pause=0.2)


def test_following_ends_with_the_session(browser, clients):
    reading = follow(browser)
    assert browser.page("DELETE", "session").status == 204
    ends(reading, clients, "nobody is signed in")


def test_following_ends_with_who_follows(browser, clients):
    role = {"Account": OWN, "RoleName": "reader"}
    as_user = follow(browser)
    assert browser.page("POST", "session/role", role).status == 200
    ends(as_user, clients, "the user works in a role")
    as_role = follow(browser)
    assert browser.page("DELETE", "session/role").status == 200
    ends(as_role, clients, "the role was left")


def test_an_account_follows_so_much_at_a_time(browser):
    open_ones = [begin(browser) for _ in range(100)]
    assert {answer.status for _, answer in open_ones} == {200}

    def one_more():
        connection, answer = begin(browser)
        if answer.status == 200:
            return connection
        assert b"ThrottlingException" in answer.read()
        connection.close()
        return None

    assert one_more() is None
    connection, answer = open_ones.pop()
    answer.close()
    connection.close()
    open_ones.append((wait_for(one_more, "there is room for one again"), None))
    for connection, answer in open_ones:
        if answer:
            answer.close()
        connection.close()


def test_buckets_are_found_under_any_name_of_the_server(browser, clients):
    port = browser.address.port
    for name in ["cairn.localhost", "cairn.s3.localhost", "s3.localhost"]:
        here = {"host": f"{name}:{port}", "origin": f"http://{name}:{port}"}
        bucket = f"made-at-{name.replace('.', '-')}"
        assert browser.call("s3", f"/{bucket}", method="PUT", **here).status == 200, name
        listed = browser.call("s3", "/", method="GET", **here)
        assert bucket.encode() in listed.body, listed.body
    names = [bucket["Name"] for bucket in clients.boto("s3").list_buckets()["Buckets"]]
    assert {"made-at-cairn-localhost", "made-at-cairn-s3-localhost", "made-at-s3-localhost"} <= set(names)


def test_a_page_of_the_console_gets_no_script_of_others(browser, s3, bucket):
    s3.put_object(Bucket=bucket, Key="page.js", Body=b"alert(1)", ContentType="text/javascript")
    called = f"{BASE}call/s3/us-east-1/{bucket}/page.js"
    for path in [f"/{bucket}/page.js", called]:
        for purpose in ["script", "style", "serviceworker"]:
            answer = browser.send("GET", path, sec_fetch_dest=purpose)
            assert (answer.status, b"own files" in answer.body) == (403, True), (path, purpose)
    assert browser.send("GET", called, sec_fetch_dest="empty").body == b"alert(1)"
    assert browser.send("GET", f"{BASE}assets/none.js", sec_fetch_dest="script").status == 404


def test_a_long_host_makes_no_long_record(server, clients):
    host = "h" * 60_000
    tried = Browser(server).page("POST", "session", {"Account": OWN, "Password": "x"}, host=host, origin=None)
    assert tried.code == "Failed"
    cloudtrail = clients.boto("cloudtrail")

    def recorded():
        found = cloudtrail.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "ConsoleLogin"}])
        events = [event["CloudTrailEvent"] for event in found["Events"]]
        return next((event for event in events if "hhhh" in event), None)

    event = wait_for(recorded, "the attempt is in the event history")
    assert json.loads(event)["tlsDetails"]["clientProvidedHostHeader"] == host[:1024]
    assert len(event) < 4_000
