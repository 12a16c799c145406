"""Answers of a provider, spelled as the bytes on the wire, for `tests/upstream.py`."""

from __future__ import annotations

import json
from typing import Any


def head(status: str = "200 OK", *headers: str | bytes) -> bytes:
    """Status line and headers; a `bytes` header is sent as it is."""
    lines = [f"HTTP/1.1 {status}".encode()]
    lines += [h if isinstance(h, bytes) else h.encode("latin-1") for h in headers]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def whole(body: bytes, *headers: str | bytes, status: str = "200 OK") -> bytes:
    """An answer with a Content-Length."""
    return head(status, *headers, f"Content-Length: {len(body)}") + body


def as_json(value: Any, *headers: str | bytes, status: str = "200 OK") -> bytes:
    body = json.dumps(value).encode()
    return whole(body, "Content-Type: application/json", *headers, status=status)


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


LAST_CHUNK = b"0\r\n\r\n"


def chunked_head(content_type: str, *headers: str | bytes) -> bytes:
    return head(
        "200 OK",
        f"Content-Type: {content_type}",
        *headers,
        "Transfer-Encoding: chunked",
    )


def chunked(content_type: str, *pieces: bytes, headers: tuple[str, ...] = ()) -> bytes:
    """An answer in chunks, one per piece."""
    body = b"".join(chunk(piece) for piece in pieces)
    return chunked_head(content_type, *headers) + body + LAST_CHUNK


def sse(*pieces: bytes, headers: tuple[str, ...] = ()) -> bytes:
    return chunked("text/event-stream", *pieces, headers=headers)


def event(value: Any, name: str = "") -> bytes:
    """One SSE event with JSON data."""
    first = f"event: {name}\n" if name else ""
    return f"{first}data: {json.dumps(value)}\n\n".encode()


def chat_stream(*words: str, usage: dict[str, int] | None = None) -> list[bytes]:
    """The events of an OpenAI chat-completions stream, `[DONE]` included."""
    base = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "m-1"}
    deltas: list[dict[str, Any]] = [{"content": word} for word in words]
    events: list[dict[str, Any]] = [
        {"choices": [{"index": 0, "delta": delta}]} for delta in deltas
    ]
    events.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    if usage is not None:
        events.append({"choices": [], "usage": usage})
    return [event(base | e) for e in events] + [b"data: [DONE]\n\n"]


CHAT_USAGE = {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}

CHAT = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "model": "m-1",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Hi"},
            "finish_reason": "stop",
        }
    ],
    "usage": CHAT_USAGE,
}
