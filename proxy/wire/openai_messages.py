"""Reads one message of a chat-completions or Ollama request for the pages. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from proxy.wire.base import Message, Part, Role
from proxy.wire.blocks import (
    call_part,
    data_url,
    other_part,
    parts_of,
    result_parts,
    text_part,
)
from proxy.wire.lenient import Record, filled, record, rows, string

ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "model": "assistant",
    "tool": "tool",
    "function": "tool",
}


def read_message(message: Record) -> Iterator[Message]:
    """The message, or nothing when it is empty or no message."""
    role = ROLES.get(string(message.get("role")), "user")
    content = message.get("content")
    is_plain = len(message) == 2 and role != "tool" and isinstance(content, str)
    if is_plain and content and "role" in message:
        yield Message(role=role, parts=(text_part(content),))
        return
    parts = tuple(_parts(message, role))
    if parts:
        yield Message(role=role, parts=parts)


def _parts(message: Record, role: Role) -> Iterator[Part]:
    if role == "tool":
        call_id, name = message.get("tool_call_id"), message.get("name")
        name = name or message.get("tool_name")
        yield from result_parts(message.get("content"), call_id, name)
        return
    names = ("reasoning_content", "reasoning", "thinking")
    if thought := next((message[n] for n in names if message.get(n)), None):
        yield text_part(thought, "reasoning")
    yield from parts_of(message.get("content"))
    if refusal := message.get("refusal"):
        yield text_part(refusal)
    images = message.get("images")
    for image in images if isinstance(images, list) else ():
        yield from _image(image)
    for call in rows(message.get("tool_calls")):
        yield _call(call)
    if function := filled(message.get("function_call")):
        yield call_part(function.get("name"), function.get("arguments"), "")


def _image(image: object) -> Iterator[Part]:
    if isinstance(image, str):  # Ollama: bare base64
        yield Part(kind="image", mime_type="image/*", source=data_url("image/*", image))
    else:
        yield from parts_of(image)


def _call(call: Record) -> Part:
    function = record(call.get("function"))
    custom = filled(call.get("custom"))
    if custom:
        return call_part(custom.get("name"), custom.get("input"), call.get("id"))
    if not function:
        return other_part(call)
    return call_part(function.get("name"), function.get("arguments"), call.get("id"))
