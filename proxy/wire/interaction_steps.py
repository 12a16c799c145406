"""Reads the steps and contents of Gemini's Interactions API.

`gemini_interactions.py` gives it the input's turns and the answer's steps; the older
revision of the API has contents in their place, which say the same. Pure.
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
from proxy.wire.lenient import Record, clean, dump, record, string
from proxy.wire.openai_messages import ROLES

_MEDIA: dict[str, PartKind] = {
    "image": "image",
    "audio": "audio",
    "video": "file",
    "document": "file",
}
CONTENTS = ("text", *_MEDIA)
"""What stands in a turn or a step."""
_SIDES = {"user_input": "user", "model_output": "assistant"}


def read_item(item: Record) -> Iterator[Message]:
    """A turn (`role`), a step or a content of the input."""
    kind = string(item.get("type"))
    parts = tuple(parts_of(item if kind else item.get("content")))
    if not parts:
        return
    if all(part.kind == "tool_result" for part in parts):
        yield Message(role="tool", parts=parts)
    elif kind in ("thought", "function_call") or kind.endswith("_call"):
        yield Message(role="assistant", parts=parts)
    else:
        told = _SIDES.get(kind) or string(item.get("role"))
        yield Message(role=ROLES.get(told, "user"), parts=parts)


def parts_of(value: Any, depth: int = 0) -> list[Part]:
    """The parts of a text, a step, a content, or a list of them."""
    if depth > DEEPEST:
        return []
    if isinstance(value, str):
        return [text_part(value)] if value else []
    if isinstance(value, list):
        return [part for item in value for part in parts_of(item, depth + 1)]
    return list(_from(value, depth)) if isinstance(value, dict) else []


def _from(item: Record, depth: int) -> Iterator[Part]:
    kind = string(item.get("type"))
    if kind in _SIDES:
        yield from parts_of(item.get("content"), depth + 1)
    elif kind == "text":
        yield text_part(item.get("text"))
    elif kind == "thought":
        yield from _thought(item)
    elif kind in _MEDIA:
        yield _media(kind, item)
    elif kind.endswith("_call"):
        name = item.get("name") or kind.removesuffix("_call")
        yield call_part(name, item.get("arguments"), item.get("id"))
    elif kind.endswith("_result"):
        yield _result(kind, item)
    else:
        yield other_part(item)


def _thought(item: Record) -> Iterator[Part]:
    summary = item.get("summary")
    for inner in summary if isinstance(summary, list) else [summary]:
        text = inner if isinstance(inner, str) else string(record(inner).get("text"))
        if text:
            yield text_part(text, "reasoning")


def _media(kind: str, item: Record) -> Part:
    mime_type = clean(string(item.get("mime_type")))
    data = string(item.get("data"))
    url = data_url(mime_type, data) if data else item.get("uri")
    return media_part(_MEDIA[kind], url, mime_type)


def _result(kind: str, item: Record) -> Part:
    result = item.get("result")
    text = clean(result) if isinstance(result, str) else dump(result)
    name = string(item.get("name")) or kind.removesuffix("_result")
    call_id = clean(string(item.get("call_id")))
    return Part(kind="tool_result", text=text, name=clean(name), call_id=call_id)
