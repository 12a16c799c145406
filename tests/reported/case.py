"""One exchange that somebody reported, with the right answer; read from `cases/*.json`.

A case has the client's request, the upstream's answer as bytes, calls that come first,
and what must be so afterwards: what the client got, what is stored, what a page shows.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import answers
from tests.raw_client import request
from tests.upstream import Peer, Received, Step, close, reset, send

CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True, slots=True)
class Call:
    """What the client sends."""

    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes
    version: str = "1.1"
    repeat: int = 1

    @classmethod
    def of(cls, told: dict[str, Any]) -> Call:
        body = told["body"]
        return cls(
            method=told["method"],
            path=told["path"],
            headers=[(name, value) for name, value in told["headers"]],
            body=b"" if body is None else _bytes(body),
            version=told.get("version", "1.1").removeprefix("HTTP/"),
            repeat=told.get("repeat", 1),
        )

    def on_the_wire(self) -> bytes:
        lines = [f"{name}: {value}" for name, value in self.headers]
        data = request(self.method, self.path, *lines, body=self.body)
        return data.replace(b"HTTP/1.1", f"HTTP/{self.version}".encode(), 1)


@dataclass(frozen=True, slots=True)
class Case:
    """A file of `cases/`."""

    name: str
    request: Call
    before: list[Call]
    upstream: dict[str, Any]
    expect: dict[str, Any]

    @property
    def body(self) -> bytes:
        """The upstream's body, without its framing."""
        return b"".join(self._chunks())

    @property
    def closes_kept_connections(self) -> bool:
        return "connection" in self.upstream

    def answer(self) -> Step:
        """What the upstream does with a call of this case."""
        if "raw" in self.upstream:
            return _raw(self.upstream)
        if self.closes_kept_connections:
            return _once_a_connection(self._answer(self._chunks()))
        is_told_unasked = "note" in self.upstream
        chunks, asked = self._chunks(), b'"include_usage"'

        def step(peer: Peer) -> None:
            tells = is_told_unasked or asked in peer.request.body
            told = [c for c in chunks if tells or not _is_usage_alone(c)]
            peer.send(self._answer(told))

        return step

    def _answer(self, chunks: list[bytes]) -> bytes:
        status = f"{self.upstream['status']} Reported"
        headers = [f"{name}: {value}" for name, value in self.upstream["headers"]]
        if self.upstream["framing"] == "length":
            body = b"".join(chunks)
            if any("content-length" in header.lower() for header in headers):
                return answers.head(status, *headers) + body
            return answers.whole(body, *headers, status=status)
        head = answers.head(status, *headers, "transfer-encoding: chunked")
        return head + b"".join(map(answers.chunk, chunks)) + answers.LAST_CHUNK

    def _chunks(self) -> list[bytes]:
        return [_bytes(chunk) for chunk in self.upstream.get("chunks", [])]


def all_cases() -> list[Case]:
    return [_read(path) for path in sorted(CASES.glob("*.json"))]


def _read(path: Path) -> Case:
    told = json.loads(path.read_bytes())
    return Case(
        name=path.stem,
        request=Call.of(told["request"]),
        before=[Call.of(call) for call in told.get("before", [])],
        upstream=told["upstream"],
        expect=told["expect"],
    )


def _bytes(told: Any) -> bytes:
    """Text, `{"base64": …}`, or a value that goes as JSON."""
    if isinstance(told, str):
        return told.encode()
    if isinstance(told, dict) and told.keys() == {"base64"}:
        return base64.b64decode(told["base64"])
    return json.dumps(told).encode()


def _is_usage_alone(chunk: bytes) -> bool:
    """The chunk that `include_usage` brings: usage, and no content."""
    is_chat, has_usage = b"chat.completion.chunk" in chunk, b'"usage":{' in chunk
    return is_chat and has_usage and b'"choices":[{"index"' not in chunk


def _raw(upstream: dict[str, Any]) -> Step:
    pieces = [_bytes(piece) for piece in upstream["raw"]]
    ends = {"close": close(), "reset": reset()}

    def step(peer: Peer) -> None:
        send(*pieces)(peer)
        if upstream["end"] in ends:
            ends[upstream["end"]](peer)

    return step


def _once_a_connection(answer: bytes) -> Step:
    """The next request on a connection finds it closed: by FIN, then by RST."""
    answered: dict[int, Received] = {}
    ends = [close(), reset()]

    def step(peer: Peer) -> None:
        if answered.setdefault(peer.sock.fileno(), peer.request) is peer.request:
            peer.send(answer)
            return
        answered.pop(peer.sock.fileno())
        ends.append(ends.pop(0))
        ends[-1](peer)

    return step
