"""An upstream that misbehaves as the last word of the path tells it to, and remembers every request that reached it."""

import gzip
import socket
import threading

from gateway_tap import first_of

OK = b"HTTP/1.1 200 OK\r\nx-amz-request-id: %s\r\n"
LATE_ERROR = b'<?xml version="1.0"?>\n<Error><Code>InternalError</Code><Message>late</Message></Error>'


class Unreliable:
    """Listens while it is entered. `release` lets an answer that waits go on."""

    def __init__(self, port=0):
        self._listener = socket.create_server(("127.0.0.1", port))
        self.endpoint = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.release = threading.Event()
        self.requests, self._lock, self._open = [], threading.Lock(), set()

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Is gone: refuses connections, and ends those it has."""
        hang_up(self._listener)
        with self._lock:
            for connection in self._open:
                hang_up(connection)

    def reached(self, behaviour):
        """Returns the requests with this behaviour that came whole, so far."""
        with self._lock:
            return [request for request in self.requests if behaviour_of(request) == behaviour]

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            while (request := self._request(connection)) is not None:
                with self._lock:
                    self.requests.append(request)
                    number = len(self.requests)
                if not getattr(self, "_" + behaviour_of(request).replace("-", "_"))(connection, OK % (b"R%d" % number), request):
                    break
        except OSError:
            pass
        finally:
            with self._lock:
                self._open.discard(connection)
            hang_up(connection)

    def _request(self, connection):
        data = b""
        while True:
            if b"\r\n\r\n" in data:
                if data.split(b" ")[1].endswith(b"/early"):
                    return first_of(data.partition(b"\r\n\r\n")[0] + b"\r\n\r\n", None)[0]
                message, _ = first_of(data, None)
                length = message and message.header("content-length")
                if message and (length is None or len(message.body) == int(length)):
                    return message
            piece = connection.recv(1 << 16)
            if not piece:
                return None
            data += piece

    def _well(self, connection, head, request):
        connection.sendall(head + b"Content-Length: 4\r\n\r\nwell")
        return True

    def _cut(self, connection, head, request):
        connection.sendall(head + b"Content-Length: 1000000\r\n\r\n" + b"x" * 400_000)

    def _cut_short(self, connection, head, request):
        connection.sendall(head + b"Content-Length: 1000\r\n\r\n" + b"x" * 400)

    def _cut_chunked(self, connection, head, request):
        connection.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")

    def _silent(self, connection, head, request):
        return False

    def _garbage(self, connection, head, request):
        connection.sendall(b"well, hello there\r\n\r\n")

    def _large_head(self, connection, head, request):
        connection.sendall(head + b"x-large: " + b"x" * (2 << 20) + b"\r\nContent-Length: 0\r\n\r\n")

    def _slow(self, connection, head, request):
        self.release.wait(20)
        return self._well(connection, head, request)

    def _slow_cut(self, connection, head, request):
        self.release.wait(20)
        self._cut_short(connection, head, request)

    def _drip(self, connection, head, request):
        connection.sendall(head + b"Content-Length: 200010\r\n\r\n" + b"x" * 100_000 + b"first")
        self.release.wait(20)
        connection.sendall(b"x" * 100_000 + b"later")
        return True

    def _early(self, connection, head, request):
        body = b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>"
        refused = head.replace(b"200 OK", b"403 Forbidden")
        connection.sendall(refused + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        self.release.wait(20)

    def _once(self, connection, head, request):
        # The answer promises another request on this connection, and then there is none.
        self._well(connection, head, request)

    def _late_error(self, connection, head, request):
        connection.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n1\r\n \r\n1\r\n\n\r\n")
        connection.sendall(b"%x\r\n%s\r\n0\r\n\r\n" % (len(LATE_ERROR), LATE_ERROR))
        return True

    def _packed(self, connection, head, request):
        body = gzip.compress(b'{"__type": "com.example#ThrottlingException", "message": "slower"}')
        refused = head.replace(b"200 OK", b"400 Bad Request").replace(b"x-amz-request-id", b"x-amzn-requestid")
        connection.sendall(refused + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        return True

    def _interim(self, connection, head, request):
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
        return self._well(connection, head, request)

    def _until_the_end(self, connection, head, request):
        connection.sendall(head + b"\r\nno length")


def behaviour_of(request):
    """Reads what is asked for: the end of the path, or the query where calls have no path."""
    path, _, query = request.first.split(b" ")[1].partition(b"?")
    return (path.rpartition(b"/")[2] or query).decode()


def hang_up(connection):
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    connection.close()
