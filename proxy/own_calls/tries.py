"""Small requests that show whether an upstream can do something. Pure.

Words, a tool, a picture, a stream: in the dialect that a provider speaks. Sent by
`proxy/api/sending.py` as a client would send them, so they are captured, too.
"""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from proxy.exchange import Dialect
from proxy.own_calls.call import OwnCall

PROMPTS = {
    "simple": "Say hello.",
    "tools": "What is the weather in Vienna? Use the tool.",
    "image": "Which colour has this picture? Answer in one word.",
    "stream": "Count from one to five.",
}
ABOUT = "The weather of a city."
PLACE = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
}
TOOL = "get_weather"
ANSWER = 256
"""The longest answer that is asked for."""


class TryKind(StrEnum):
    """What is tried."""

    SIMPLE = "simple"
    TOOLS = "tools"
    IMAGE = "image"
    STREAM = "stream"


def try_call(
    kind: TryKind,
    model: str,
    *,
    provider: str = "",
    speaks: Collection[str] = (Dialect.OPENAI,),
    prompt: str = "",
) -> OwnCall:
    """To a provider by name, or by the routes of the model."""
    dialect = next((each for each in _ORDER if each in speaks), Dialect.OPENAI)
    words = prompt or PROMPTS[kind]
    path, query, body = _WRITTEN[dialect](kind, model, words)
    headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
    if dialect is Dialect.ANTHROPIC:
        headers.append((b"anthropic-version", b"2023-06-01"))
    return OwnCall(
        method="POST",
        path=(f"/{provider}" if provider else "").encode() + path.encode(),
        query=query,
        headers=headers,
        body=json.dumps(body).encode(),
    )


def picture() -> str:
    """A red square of 32 pixels, PNG in Base64."""
    rows = b"".join(b"\0" + b"\xff\0\0" * 32 for _ in range(32))
    head = struct.pack(">IIBBBBB", 32, 32, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    chunks = b"".join(
        struct.pack(">I", len(data))
        + name
        + data
        + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + chunks).decode()


Written = tuple[str, bytes, dict[str, Any]]


def _openai(kind: TryKind, model: str, words: str) -> Written:
    content: Any = words
    if kind is TryKind.IMAGE:
        url = {"url": f"data:image/png;base64,{picture()}"}
        content = [
            {"type": "text", "text": words},
            {"type": "image_url", "image_url": url},
        ]
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": "user", "content": content}],
    }
    if kind is TryKind.TOOLS:
        function = {"name": TOOL, "description": ABOUT, "parameters": PLACE}
        body["tools"] = [{"type": "function", "function": function}]
    if kind is TryKind.STREAM:
        body["stream"] = True
    return "/v1/chat/completions", b"", body


def _anthropic(kind: TryKind, model: str, words: str) -> Written:
    content: Any = words
    if kind is TryKind.IMAGE:
        source = {"type": "base64", "media_type": "image/png", "data": picture()}
        content = [
            {"type": "image", "source": source},
            {"type": "text", "text": words},
        ]
    body: dict[str, Any] = {
        "model": model,
        "max_tokens": ANSWER,
        "messages": [{"role": "user", "content": content}],
    }
    if kind is TryKind.TOOLS:
        body["tools"] = [{"name": TOOL, "description": ABOUT, "input_schema": PLACE}]
    if kind is TryKind.STREAM:
        body["stream"] = True
    return "/v1/messages", b"", body


def _gemini(kind: TryKind, model: str, words: str) -> Written:
    parts: list[dict[str, Any]] = [{"text": words}]
    if kind is TryKind.IMAGE:
        parts.append({"inlineData": {"mimeType": "image/png", "data": picture()}})
    body: dict[str, Any] = {"contents": [{"role": "user", "parts": parts}]}
    if kind is TryKind.TOOLS:
        declared = {"name": TOOL, "description": ABOUT, "parameters": PLACE}
        body["tools"] = [{"functionDeclarations": [declared]}]
    verb, query = "generateContent", b""
    if kind is TryKind.STREAM:
        verb, query = "streamGenerateContent", b"alt=sse"
    return f"/v1beta/models/{quote(model)}:{verb}", query, body


def _ollama(kind: TryKind, model: str, words: str) -> Written:
    message: dict[str, Any] = {"role": "user", "content": words}
    if kind is TryKind.IMAGE:
        message["images"] = [picture()]
    body: dict[str, Any] = {"model": model, "messages": [message]}
    body["stream"] = kind is TryKind.STREAM
    if kind is TryKind.TOOLS:
        function = {"name": TOOL, "description": ABOUT, "parameters": PLACE}
        body["tools"] = [{"type": "function", "function": function}]
    return "/api/chat", b"", body


_ORDER = (Dialect.OPENAI, Dialect.ANTHROPIC, Dialect.GEMINI, Dialect.OLLAMA)
"""The first of them that a provider speaks is tried."""
_WRITTEN: Mapping[Dialect, Callable[[TryKind, str, str], Written]] = {
    Dialect.OPENAI: _openai,
    Dialect.ANTHROPIC: _anthropic,
    Dialect.GEMINI: _gemini,
    Dialect.OLLAMA: _ollama,
}
