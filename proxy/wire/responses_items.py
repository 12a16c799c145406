"""Reads the items of a Responses input or output list.

Used by `openai_responses.py` for the request's turns and for the answer's parts. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from proxy.wire.base import Message, Part
from proxy.wire.blocks import (
    call_part,
    data_url,
    media_part,
    other_part,
    parts_of,
    result_parts,
)
from proxy.wire.lenient import Record, dump, string
from proxy.wire.openai_messages import ROLES

_CALL_END = "_call"
_OUTPUT_END = "_call_output"
_ARGUMENTS = ("arguments", "input", "action", "operation", "code", "queries")


def read_item(item: Record) -> Iterator[Message]:
    """The turn that an input item is, or nothing."""
    kind = string(item.get("type")) or "message"
    if kind == "message":
        parts = tuple(parts_of(item.get("content")))
        role = ROLES.get(string(item.get("role")), "user")
        if parts:
            yield Message(role=role, parts=parts)
    elif kind.endswith(_OUTPUT_END):
        parts = tuple(result_parts(item.get("output"), item.get("call_id")))
        yield Message(role="tool", parts=parts)
    elif parts := tuple(answer_parts(item)):
        yield Message(role="assistant", parts=parts)


def answer_parts(item: Record) -> list[Part]:
    """The parts of an output item."""
    kind = string(item.get("type"))
    if kind == "message":
        return parts_of(item.get("content"))
    if kind == "reasoning":
        return _reasoning(item)
    if kind == "image_generation_call":
        return _image(item)
    if kind.endswith(_CALL_END):
        return [_call(item, kind)]
    return [other_part(item)] if kind else []


def _reasoning(item: Record) -> list[Part]:
    parts = parts_of(item.get("summary")) + parts_of(item.get("content"))
    return [Part(kind="reasoning", text=part.text) for part in parts]


def _image(item: Record) -> list[Part]:
    form = string(item.get("output_format")) or "png"
    result = string(item.get("result"))
    name = string(item.get("name")) or "image_generation"
    call = call_part(name, string(item.get("revised_prompt")), item.get("id"))
    if not result:
        return [call]
    return [call, media_part("image", data_url(f"image/{form}", result))]


def _call(item: Record, kind: str) -> Part:
    """A tool call; a built-in tool is named after its item type."""
    name = string(item.get("name")) or kind.removesuffix(_CALL_END)
    values = (item[field] for field in _ARGUMENTS if item.get(field) is not None)
    value = next(values, "")
    text = value if isinstance(value, str) else dump(value)
    return call_part(name, text, item.get("call_id") or item.get("id"))
