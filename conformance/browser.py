"""What a browser does with the console's own pages, without a browser: cookies, headers and JSON, byte by byte."""

import http.client
import json
import urllib.parse

BASE = "/_cairn/console/"
AGENT = "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0"
CLOUDTRAIL = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101."


class Answer:
    def __init__(self, response):
        self.status, self.body = response.status, response.read()
        self.headers = response.headers

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json["Code"]


class Browser:
    """One browser: it keeps the cookie that it is given, and sends along what a page would."""

    def __init__(self, server):
        self.address = urllib.parse.urlsplit(server.endpoint)
        self.trust = server.trust()
        self.cookie = self.csrf = None

    def send(self, method, path, body=None, **headers):
        """Sends a request; a header that is None is left out."""
        own = {"user-agent": AGENT, "origin": self.origin, "sec-fetch-site": "same-origin"}
        own |= {"cookie": self.cookie, "x-cairn-csrf": self.csrf}
        named = own | {name.replace("_", "-"): value for name, value in headers.items()}
        place = (self.address.hostname, self.address.port)
        secure = self.address.scheme == "https"
        https = lambda: http.client.HTTPSConnection(*place, timeout=20, context=self.trust)
        connection = https() if secure else http.client.HTTPConnection(*place, timeout=20)
        try:
            sent = {name: value for name, value in named.items() if value is not None}
            connection.request(method, path, body=body, headers=sent)
            return self._remember(Answer(connection.getresponse()))
        finally:
            connection.close()

    @property
    def origin(self):
        return f"{self.address.scheme}://{self.address.netloc}"

    def page(self, method, name, body=None, **headers):
        """Asks one of the pages that sign in and out."""
        data = None if body is None else json.dumps(body)
        kind = {} if body is None else {"content_type": "application/json"}
        answer = self.send(method, BASE + name, data, **(kind | headers))
        if answer.status == 200 and name.startswith("session"):
            self.csrf = answer.json["Csrf"]
        return answer

    def sign_in(self, account, password, user=None, **more):
        told = {"Account": account, "Password": password} | ({"UserName": user} if user else {}) | more
        return self.page("POST", "session", told)

    def call(self, service, path="/", body=None, method="POST", region="us-east-1", **headers):
        """Calls the public API."""
        return self.send(method, f"{BASE}call/{service}/{region}{path}", body, **headers)

    def cloudtrail(self, operation, region="us-east-1", **given):
        kind = "application/x-amz-json-1.1"
        target = CLOUDTRAIL + operation
        return self.call("cloudtrail", "/", json.dumps(given), region=region, content_type=kind, x_amz_target=target)

    def query(self, service, version, action, **given):
        form = urllib.parse.urlencode({"Action": action, "Version": version} | given)
        return self.call(service, "/", form, content_type="application/x-www-form-urlencoded")

    def _remember(self, answer):
        set_cookie = answer.headers.get("set-cookie")
        if set_cookie:
            pair = set_cookie.split(";")[0]
            self.cookie = None if pair.endswith("=") else pair
        return answer


def totp(seed, at):
    """Returns the code that a device with that seed (Base32) shows at a time."""
    import base64
    import hmac

    key = base64.b32decode(seed + "=" * (-len(seed) % 8))
    tag = hmac.digest(key, (int(at) // 30).to_bytes(8, "big"), "sha1")
    place = tag[-1] & 15
    number = int.from_bytes(tag[place : place + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"
