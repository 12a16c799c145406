"""A client that shows the exact bytes: writes a request, reads the answer's framing.

Used where direct and proxied answers are compared, and where a client must leave at
an exact moment. It says `complete=False` where an HTTP client would raise.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from typing import Self

from tests.upstream import Pairs, read_headers

Address = tuple[str, int]


@dataclass(slots=True)
class Answer:
    status: int = 0
    """0: the connection ended without an answer."""
    headers: Pairs = field(default_factory=list)
    body: bytes = b""
    complete: bool = False
    """The body came to the end that its framing promised."""
    interim: list[int] = field(default_factory=list)
    trailers: Pairs = field(default_factory=list)

    def header(self, name: str) -> bytes | None:
        return next(iter(self.all(name)), None)

    def all(self, name: str) -> list[bytes]:
        return [v for k, v in self.headers if k.lower() == name.lower().encode()]


def request(
    method: str,
    target: str,
    *headers: str | bytes,
    body: bytes = b"",
    host: str = "localhost",
) -> bytes:
    """A request with Host first and, for a body, Content-Length last."""
    lines = [f"{method} {target} HTTP/1.1".encode("latin-1"), f"Host: {host}".encode()]
    lines += [h if isinstance(h, bytes) else h.encode("latin-1") for h in headers]
    if body:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


class RawClient:
    """One connection; `with RawClient(address) as client:`."""

    def __init__(self, address: Address, timeout: float = 60) -> None:
        self.sock = socket.create_connection(address, timeout=timeout)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._stream = self.sock.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    def leave(self) -> None:
        self._stream.close()
        self.sock.close()

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def read_head(self) -> Answer:
        """Status and headers; interim (1xx) answers are noted and passed over."""
        answer = Answer()
        while True:
            line = self._line()
            if not line:
                return answer
            answer.status = int(line.split()[1])
            answer.headers = read_headers(self._stream)
            if answer.status >= 200:
                return answer
            answer.interim.append(answer.status)

    def _line(self) -> bytes:
        try:
            return self._stream.readline()
        except ConnectionError:
            return b""

    def read(self, size: int) -> bytes:
        """What has come, at most `size`: for reading a body step by step."""
        return self._stream.read1(size)

    def read_answer(self, method: str = "GET") -> Answer:
        answer = self.read_head()
        if answer.status in (0, 204, 304) or method == "HEAD":
            answer.complete = answer.status != 0
            return answer
        body = bytearray()
        try:
            answer.complete = self._read_body(answer, body)
        except (ConnectionError, ValueError):  # reset, or no chunk size
            answer.complete = False
        answer.body = bytes(body)
        return answer

    def _read_body(self, answer: Answer, body: bytearray) -> bool:
        if (answer.header("transfer-encoding") or b"").lower() == b"chunked":
            return self._read_chunks(answer, body)
        length = answer.header("content-length")
        left = int(length) if length is not None else -1
        while left and (piece := self._stream.read1(1 << 16 if left < 0 else left)):
            body += piece
            left -= len(piece) if left > 0 else 0
        return left <= 0

    def _read_chunks(self, answer: Answer, body: bytearray) -> bool:
        while line := self._stream.readline():
            size = int(line.split(b";")[0], 16)
            if size == 0:
                answer.trailers = read_headers(self._stream)
                return True
            while size and (data := self._stream.read1(size)):
                body += data
                size -= len(data)
            if size or self._stream.readline() != b"\r\n":
                return False
        return False


def ask(address: Address, data: bytes, timeout: float = 60) -> Answer:
    """Send one request on a connection of its own and read the answer."""
    with RawClient(address, timeout) as client:
        client.send(data)
        return client.read_answer(data.split(b" ", 1)[0].decode("latin-1"))
