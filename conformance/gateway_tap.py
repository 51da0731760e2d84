"""A wire tap: passes bytes on as they come and keeps them, so that what one side sent is compared with what the other got."""

import dataclasses
import socket
import threading
import urllib.parse

# What each connection has for itself; everything else must arrive as it was sent.
HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}

# What the gateway may add to a request.
ADDED = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "via"}


@dataclasses.dataclass(frozen=True)
class Message:
    """A request or an answer: its first line, its headers with names in lower case, its body without framing."""

    first: bytes
    headers: tuple
    body: bytes
    trailers: tuple = ()

    def end_to_end(self, without=frozenset()):
        """Returns what must not change on the way: the first line, the headers by name, the body."""
        kept = [pair for pair in self.headers if pair[0] not in HOP_BY_HOP | without]
        return self.first, sorted(kept, key=lambda pair: pair[0]), self.body

    def header(self, name):
        return next((value for known, value in self.headers if known == name), None)


class Tap:
    """Listens while it is entered, before the server at `endpoint`."""

    def __init__(self, endpoint):
        address = urllib.parse.urlsplit(endpoint)
        self._upstream = (address.hostname, address.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._kept, self._lock = [], threading.Lock()

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.close()

    def exchanges(self):
        """Returns the requests and answers of all connections since this was last asked, each connection's in order."""
        with self._lock:
            raw = [(bytes(sent), bytes(answered)) for sent, answered in self._kept]
            for sent, answered in self._kept:
                sent.clear()
                answered.clear()
        found = []
        for sent, answered in raw:
            requests = parsed(sent)
            methods = [request.first.split(b" ")[0] for request in requests]
            found += zip(requests, parsed(answered, methods))
        return found

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            upstream = socket.create_connection(self._upstream)
            upstream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            kept = (bytearray(), bytearray())
            with self._lock:
                self._kept.append(kept)
            for source, sink, into in ((client, upstream, kept[0]), (upstream, client, kept[1])):
                threading.Thread(target=self._pass_on, args=(source, sink, into), daemon=True).start()

    def _pass_on(self, source, sink, into):
        try:
            while piece := source.recv(1 << 16):
                with self._lock:
                    into.extend(piece)
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            for end in (source, sink):
                end.close()


def parsed(data, methods=None):
    """Reads the messages of one direction; `methods` are those of the requests that answers belong to."""
    messages = []
    while data:
        method = methods[len(messages)] if methods and len(messages) < len(methods) else None
        message, data = first_of(data, method)
        if message is None:
            break
        # An interim answer is no answer.
        if not message.first.startswith(b"HTTP/1.1 1"):
            messages.append(message)
    return messages


def first_of(data, method):
    """Splits the first message off; none where it has not come whole."""
    head, end, rest = data.partition(b"\r\n\r\n")
    if not end:
        return None, b""
    first, *lines = head.split(b"\r\n")
    headers = tuple(pair(line) for line in lines)
    named = dict(headers)
    status = first.split(b" ")[1] if first.startswith(b"HTTP/") else None
    if method == b"HEAD" or status in (b"100", b"204", b"304"):
        return Message(first, headers, b""), rest
    if named.get("transfer-encoding", b"").lower() == b"chunked":
        return unchunked(first, headers, rest)
    if "content-length" in named:
        length = int(named["content-length"])
        return Message(first, headers, rest[:length]), rest[length:]
    # A request without either has no body, an answer lasts until the connection ends.
    return (Message(first, headers, rest), b"") if status else (Message(first, headers, b""), rest)


def unchunked(first, headers, data):
    body = b""
    while True:
        size, _, data = data.partition(b"\r\n")
        if not size:
            return None, b""
        length = int(size.split(b";")[0], 16)
        if length == 0:
            trailers = []
            while True:
                line, _, data = data.partition(b"\r\n")
                if not line:
                    return Message(first, headers, body, tuple(trailers)), data
                trailers.append(pair(line))
        body, data = body + data[:length], data[length + 2 :]


def pair(line):
    name, _, value = line.partition(b":")
    return name.decode("ascii").lower(), value.strip()
