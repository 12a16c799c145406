"""A scripted provider: a socket server that plays exact bytes and keeps what it got.

A test tells it per path what to do (`upstream.on("/v1/x", send(b"…"), reset())`) and
looks at `upstream.received` afterwards. No HTTP library in between, so neither side
can tidy up what is being tested. Answers are spelled in `tests/answers.py`.
"""

from __future__ import annotations

import hashlib
import os
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Self

KEEP = 12 * 1024 * 1024
"""A received body is kept up to here; its size and digest are always true."""

Pairs = list[tuple[bytes, bytes]]


@dataclass(slots=True)
class Received:
    """One request as it came over the wire."""

    method: str
    target: bytes
    """As on the request line, query included."""
    headers: Pairs
    """Names as sent, order and duplicates kept."""
    body: bytes = b""
    size: int = 0
    sha256: str = ""
    gone: threading.Event = field(default_factory=threading.Event)
    """Set when a script's `await_gone` saw the other side leave."""
    sent: int = 0
    """Answer bytes handed to the kernel so far."""

    def header(self, name: str) -> bytes | None:
        wanted = name.lower().encode()
        return next((v for k, v in self.headers if k.lower() == wanted), None)


class Hangup(Exception):
    """A script ends its connection."""


@dataclass(slots=True)
class Peer:
    """What a step works on: the connection and the request being answered."""

    sock: socket.socket
    request: Received

    def send(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            done = self.sock.send(view)
            self.request.sent += done
            view = view[done:]


Step = Callable[[Peer], None]


def send(*pieces: bytes) -> Step:
    """Each piece in a write of its own."""
    return paced(list(pieces), 0)


def paced(pieces: list[bytes], seconds: float) -> Step:
    """Pieces with a pause before each but the first."""

    def step(peer: Peer) -> None:
        for index, piece in enumerate(pieces):
            if index and seconds:
                time.sleep(seconds)
            peer.send(piece)

    return step


def pause(seconds: float) -> Step:
    return lambda peer: time.sleep(seconds)


def wait_for(event: threading.Event, seconds: float = 60) -> Step:
    """Go on when the test says so."""

    def step(peer: Peer) -> None:
        if not event.wait(seconds):
            raise Hangup

    return step


def reply(build: Callable[[Received], bytes]) -> Step:
    """An answer that depends on the request."""
    return lambda peer: peer.send(build(peer.request))


def close() -> Step:
    def step(peer: Peer) -> None:
        raise Hangup

    return step


def reset() -> Step:
    """Break the connection with RST instead of closing it."""

    def step(peer: Peer) -> None:
        # What was written must have left before RST throws the send buffer away.
        time.sleep(0.05)
        linger = struct.pack("ii", 1, 0)
        peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        # Not `close`: the server would say goodbye with FIN first.
        os.close(peer.sock.detach())
        raise Hangup

    return step


def await_gone(seconds: float = 10) -> Step:
    """Wait until the other side leaves, then leave too."""

    def step(peer: Peer) -> None:
        peer.sock.settimeout(seconds)
        try:
            while peer.sock.recv(65536):
                pass
        except TimeoutError:
            raise Hangup from None
        except OSError:
            pass
        peer.request.gone.set()
        raise Hangup

    return step


def read_headers(stream: BinaryIO) -> Pairs:
    pairs: Pairs = []
    while (line := stream.readline()) not in (b"\r\n", b"\n", b""):
        name, _, value = line.rstrip(b"\r\n").partition(b":")
        pairs.append((name, value.strip(b" \t")))
    return pairs


class _Connection(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream = self.request.makefile("rb")
        try:
            while line := stream.readline():
                self._answer(line, stream)
        except (Hangup, OSError):
            pass
        finally:
            stream.close()

    def _answer(self, line: bytes, stream: BinaryIO) -> None:
        method, target, _ = line.rstrip(b"\r\n").split(b" ", 2)
        got = Received(method.decode(), target, read_headers(stream))
        script, reads_body = self.server.upstream.script_for(target)
        if reads_body:
            self._read_body(got, stream)
        self.server.upstream.keep(got)
        for step in script:
            step(Peer(self.request, got))

    def _read_body(self, got: Received, stream: BinaryIO) -> None:
        if got.header("expect"):
            self.request.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        digest, kept = hashlib.sha256(), bytearray()
        for piece in _body_pieces(got, stream):
            digest.update(piece)
            got.size += len(piece)
            kept += piece[: KEEP - len(kept)]
        got.body, got.sha256 = bytes(kept), digest.hexdigest()


def _body_pieces(got: Received, stream: BinaryIO) -> Any:
    if (got.header("transfer-encoding") or b"").lower() == b"chunked":
        while size := int(stream.readline().split(b";")[0] or b"0", 16):
            yield stream.read(size)
            stream.readline()
        read_headers(stream)
        return
    left = int(got.header("content-length") or 0)
    while left and (piece := stream.read(min(left, 1 << 16))):
        left -= len(piece)
        yield piece


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 1024
    upstream: Upstream

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A peer that left is the test's business, not a traceback's."""


NO_SCRIPT = (
    b"HTTP/1.1 404 Not Found\r\nX-No-Script: 1\r\nContent-Length: 9\r\n\r\nno script"
)


class Upstream:
    """`with Upstream() as upstream:` listens on a free port until the block ends."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.default: Step = send(NO_SCRIPT)
        """Played where no script is set for the path."""
        self._scripts: dict[bytes, tuple[tuple[Step, ...], bool]] = {}
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Connection)
        self._server.upstream = self
        self.address: tuple[str, int] = ("127.0.0.1", self._server.server_address[1])
        self.url = f"http://127.0.0.1:{self.address[1]}"

    def __enter__(self) -> Self:
        serve = self._server.serve_forever
        threading.Thread(target=serve, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def on(self, path: str, *steps: Step, reads_body: bool = True) -> None:
        """Play `steps` for each request of `path` (raw, without its query).

        A path that ends in `*` answers for everything below it.
        """
        self._scripts[path.encode("latin-1")] = (steps, reads_body)

    def script_for(self, target: bytes) -> tuple[tuple[Step, ...], bool]:
        path = target.partition(b"?")[0]
        if path in self._scripts:
            return self._scripts[path]
        below = path.rsplit(b"/", 1)[0] + b"/*"
        return self._scripts.get(below, ((self.default,), True))

    def keep(self, got: Received) -> None:
        with self._lock:
            self.received.append(got)

    def last(self, path: str, seconds: float = 60) -> Received:
        """The newest request of `path`; waits for it to come."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for got in reversed(self.received):
                if got.target.partition(b"?")[0] == path.encode("latin-1"):
                    return got
            time.sleep(0.005)
        raise AssertionError(f"no request of {path} came")
