"""A stand-in for the Resource Groups Tagging API, which Cairn does not serve: no resource has a tag."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Nothing(BaseHTTPRequestHandler):
    """Answers every call with an empty list."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"PaginationToken": "", "ResourceTagMappingList": []}'
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing."""


class TaggingStandIn:
    """Listens while it is entered."""

    def __enter__(self):
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Nothing)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
