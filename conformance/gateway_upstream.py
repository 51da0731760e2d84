"""An upstream that writes down each request that reached it, and can be made to stand still in the middle of one."""

import http.server
import json
import os
import socket
import threading
import time

PIECE_BYTES = 16 * 1024
# An answer of this length is sent on as it comes; only its end waits for the record.
LONG_BYTES = 20 * PIECE_BYTES


class Quiet(http.server.ThreadingHTTPServer):
    """Connections that a kill has broken are nothing to tell of."""

    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


class Upstream:
    """Answers whatever is asked. A request is known by its user agent."""

    PHASES = ("head", "half the request", "before the answer", "half the answer")

    def __init__(self):
        self.reached, self.counts, self._lock = [], {}, threading.Lock()
        self.stands_at, self.stood, self.go_on = None, threading.Event(), threading.Event()
        upstream = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                upstream._serve(self, b"{}")

            def do_PUT(self):
                upstream._serve(self, b"{}")

            def do_GET(self):
                upstream._serve(self, json.dumps({"padding": "x" * LONG_BYTES}).encode())

            def log_message(self, *arguments):
                pass

        self._server = Quiet(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.release()
        self._server.shutdown()
        self._server.server_close()

    def stand_still_at(self, phase):
        """Has the next request that comes to this phase stand still there."""
        self.stood.clear()
        self.go_on.clear()
        self.stands_at = phase

    def release(self):
        self.stands_at = None
        self.go_on.set()

    def _serve(self, request, answer):
        with self._lock:
            self.reached.append(request.headers["User-Agent"])
        try:
            self._at("head")
            length = int(request.headers.get("Content-Length", 0))
            request.rfile.read(length // 2)
            self._at("half the request")
            request.rfile.read(length - length // 2)
            self._at("before the answer")
            request.send_response(200)
            request.send_header("Content-Type", "application/x-amz-json-1.0")
            request.send_header("Content-Length", str(len(answer)))
            request.end_headers()
            for begin in range(0, len(answer), PIECE_BYTES):
                if begin <= len(answer) // 2 < begin + PIECE_BYTES:
                    self._at("half the answer")
                request.wfile.write(answer[begin : begin + PIECE_BYTES])
        except OSError:
            # Whoever asked is gone.
            request.close_connection = True

    def _at(self, phase):
        with self._lock:
            if self.stands_at != phase:
                return
            self.stands_at = None
        self.stood.set()
        self.go_on.wait(30)


class Caller:
    """A client of few words: one connection, calls one after the other, each with a user agent of its own."""

    def __init__(self, endpoint):
        host, port = endpoint.removeprefix("http://").split(":")
        self._connection = socket.create_connection((host, int(port)), timeout=30)
        self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._connection.makefile("rb")

    def close(self):
        self._file.close()
        self._connection.close()

    def call(self, kind, marker, pace=0.0):
        """Makes a call and returns the status of its answer once it is here to its last byte."""
        method, path, service, target, body = KINDS[kind](marker)
        head = [
            f"{method} {path} HTTP/1.1", "Host: sqs.us-east-1.amazonaws.com", f"User-Agent: {marker}",
            f"Authorization: AWS4-HMAC-SHA256 Credential=AKIAUPSTREAM00000001/20260101/us-east-1/{service}/aws4_request, "
            "SignedHeaders=host, Signature=0000000000000000000000000000000000000000000000000000000000000000",
            "X-Amz-Date: 20260101T000000Z", f"Content-Length: {len(body)}",
        ]  # fmt: skip
        if target:
            head += [f"X-Amz-Target: {target}", "Content-Type: application/x-amz-json-1.0"]
        self._connection.sendall("\r\n".join([*head, "", ""]).encode())
        half = len(body) // 2
        self._connection.sendall(body[:half])
        if pace and body:
            time.sleep(pace)
        self._connection.sendall(body[half:])
        return self._answer()

    def _answer(self):
        status = int(self._line().split()[1])
        length = 0
        while line := self._line():
            name, value = line.split(":", 1)
            if name.lower() == "content-length":
                length = int(value)
        if len(self._file.read(length)) < length:
            raise ConnectionError("the answer was broken off")
        return status

    def _line(self):
        line = self._file.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("the answer was broken off")
        return line.decode().strip()


def create_queue(marker):
    body = json.dumps({"QueueName": marker}).encode()
    return "POST", "/", "sqs", "AmazonSQS.CreateQueue", body


def update_code(marker):
    """Too long to be read before it is sent on."""
    body = json.dumps({"ZipFile": "A" * 400_000}).encode()
    return "PUT", f"/2015-03-31/functions/{marker}/code", "lambda", None, body


def get_function(marker):
    return "GET", f"/2015-03-31/functions/{marker}", "lambda", None, b""


def tag_queue(marker):
    """Its event is long, so that fewer fill a disk."""
    body = json.dumps({"QueueUrl": f"http://queues/{marker}", "Tags": {"padding": os.urandom(3000).hex()}}).encode()
    return "POST", "/", "sqs", "AmazonSQS.TagQueue", body


KINDS = {
    "CreateQueue": create_queue, "UpdateFunctionCode": update_code, "GetFunction": get_function, "TagQueue": tag_queue,
}  # fmt: skip
