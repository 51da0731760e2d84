"""A proxy that passes every request on unchanged and keeps each exchange, so that all clients are judged by the bytes they got."""

import dataclasses
import http.client
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclasses.dataclass
class Exchange:
    """A request and its answer."""

    sent: object
    request: bytes
    status: int
    headers: dict
    body: bytes


class Proxy:
    """Listens while it is entered; `taken()` returns the exchanges since it was last asked."""

    def __init__(self, endpoint):
        self._exchanges = []
        address = urllib.parse.urlparse(endpoint)
        handler = type("Handler", (Handler,), {"upstream": (address.hostname, address.port), "kept": self._exchanges})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    def taken(self):
        taken = self._exchanges[:]
        del self._exchanges[: len(taken)]
        return taken

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # `Server` and `Date` are the upstream's.
    send_response = BaseHTTPRequestHandler.send_response_only

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        connection = http.client.HTTPConnection(*self.upstream, timeout=60)
        # The host that was signed is passed on with the other headers.
        connection.putrequest("POST", self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        answer, headers = response.read(), response.getheaders()
        connection.close()
        self.kept.append(Exchange(self.headers, body, response.status, dict(headers), answer))
        self.send_response(response.status)
        for name, value in headers:
            if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        """Says nothing."""
