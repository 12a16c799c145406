"""What a dialect of the demo model is: one file each, listed in `DIALECTS`. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Protocol

from proxy.demo.answer import Answer
from proxy.demo.asked import Framing, Json, Prompt


class DemoDialect(Protocol):
    """Reads a request and writes an answer down, in one provider's shape."""

    def claims(self, method: str, path: str) -> bool:
        """True when this method and path (no query) are spoken in this dialect."""
        ...

    def read(self, body: Json, path: str, query: str) -> Prompt: ...

    def whole(self, answer: Answer, prompt: Prompt) -> Json:
        """The answer in one piece."""
        ...

    def stream(self, answer: Answer, prompt: Prompt) -> Iterator[bytes]:
        """The answer as events; the transport waits before each."""
        ...

    def error(self, status: int, message: str) -> Json: ...

    def stream_error(self, message: str) -> bytes:
        """An error in the middle of a stream."""
        ...


class OnePiece:
    """The streaming half of a dialect that never streams."""

    def stream(self, answer: Answer, prompt: Prompt) -> Iterator[bytes]:
        return iter(())

    def stream_error(self, message: str) -> bytes:
        return b""


CONTENT_TYPES: dict[Framing, str] = {
    "none": "application/json",
    "sse": "text/event-stream; charset=utf-8",
    "ndjson": "application/x-ndjson",
    "array": "application/json; charset=UTF-8",
}


def dump(value: Any) -> bytes:
    # Escaped: text may hold lone surrogates, which UTF-8 refuses.
    return json.dumps(value, separators=(",", ":")).encode("ascii")


def sse(value: Any, event: str = "") -> bytes:
    """One server-sent event."""
    head = f"event: {event}\n".encode() if event else b""
    return head + b"data: " + dump(value) + b"\n\n"
