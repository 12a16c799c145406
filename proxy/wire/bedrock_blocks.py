"""Reads the messages and content blocks of Bedrock's Converse API.

A block is an object whose one member says what it is: `{"text": …}`, `{"toolUse": …}`
(AWS API reference, `ContentBlock`). Amazon Nova speaks the same under Invoke. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from proxy.wire.base import Message, Part, PartKind
from proxy.wire.blocks import (
    DEEPEST,
    call_part,
    data_url,
    media_part,
    other_part,
    text_part,
)
from proxy.wire.lenient import Record, clean, dump, record, rows, string
from proxy.wire.openai_messages import ROLES

_MEDIA: dict[str, tuple[PartKind, str]] = {
    "image": ("image", "image"),
    "video": ("file", "video"),
    "audio": ("audio", "audio"),
    "document": ("file", "application"),
}
_MARKS = ("cachePoint",)


def read_message(message: Record) -> Iterator[Message]:
    """A message; tool results, which stand in user turns, are a turn of their own."""
    role = ROLES.get(string(message.get("role")), "user")
    parts = parts_of(message.get("content"))
    results = [part for part in parts if part.kind == "tool_result"]
    if results:
        last = max(i for i, part in enumerate(parts) if part.kind == "tool_result")
        yield Message(role="tool", parts=tuple(parts[: last + 1]))
        parts = parts[last + 1 :]
    if parts:
        yield Message(role=role, parts=tuple(parts))


def parts_of(content: Any, depth: int = 0) -> list[Part]:
    if isinstance(content, str):
        return [text_part(content)] if content else []
    blocks = rows(content) if depth <= DEEPEST else []
    return [part for block in blocks for part in _from_block(block, depth)]


def _from_block(block: Record, depth: int) -> Iterator[Part]:
    if isinstance(block.get("text"), str):
        yield text_part(block["text"])
    elif call := record(block.get("toolUse")):
        yield call_part(call.get("name"), call.get("input"), call.get("toolUseId"))
    elif result := record(block.get("toolResult")):
        yield from _result(result, depth)
    elif thought := record(block.get("reasoningContent")):
        yield _reasoning(thought)
    elif kind := next((name for name in _MEDIA if name in block), ""):
        yield _media(kind, record(block[kind]))
    elif guarded := record(record(block.get("guardContent")).get("text")):
        yield text_part(guarded.get("text"))
    elif not any(name in block for name in _MARKS):
        yield other_part(block)


def _result(result: Record, depth: int) -> Iterator[Part]:
    inner = rows(result.get("content"))
    parts = parts_of([item for item in inner if "json" not in item], depth + 1)
    texts = [dump(item["json"]) for item in inner if "json" in item]
    texts += [part.text for part in parts if not part.source]
    call_id = clean(string(result.get("toolUseId")))
    yield Part(kind="tool_result", text="\n".join(texts), call_id=call_id)
    yield from (part for part in parts if part.source)


def _reasoning(thought: Record) -> Part:
    text = record(thought.get("reasoningText")).get("text")
    return text_part(text or "(redacted)", "reasoning")


def _media(name: str, block: Record) -> Part:
    kind, family = _MEDIA[name]
    form = string(block.get("format")) or "*"
    mime_type = clean(f"{family}/{form}")
    source = record(block.get("source"))
    if isinstance(source.get("bytes"), str):
        url = data_url(mime_type, source["bytes"])
    else:
        url = string(record(source.get("s3Location")).get("uri"))
    text = source.get("text")
    if not url and isinstance(text, str):
        return Part(kind=kind, text=clean(text), name=clean(string(block.get("name"))))
    return media_part(kind, url, mime_type, block.get("name"))
