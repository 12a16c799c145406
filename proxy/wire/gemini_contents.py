"""Reads Gemini's contents and parts, camelCase or snake_case. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from proxy.wire.base import Message, Part, PartKind
from proxy.wire.blocks import (
    call_part,
    data_url,
    media_part,
    other_part,
    text_part,
)
from proxy.wire.lenient import Record, clean, dump, record, rows, string
from proxy.wire.openai_messages import ROLES

_MARKS = ("text", "thought", "thoughtSignature", "thought_signature", "functionCall")
_MEDIA: tuple[tuple[str, PartKind], ...] = (
    ("image/", "image"),
    ("audio/", "audio"),
)


def read_content(content: Record) -> Iterator[Message]:
    """One turn; tool results, which Gemini puts in user turns, are a turn of
    their own."""
    role = ROLES.get(string(content.get("role")), "user")
    raw = content.get("parts")
    parts = list(read_parts(raw if isinstance(raw, list) else [raw]))
    if parts and all(part.kind == "tool_result" for part in parts):
        role = "tool"
    if parts:
        yield Message(role=role, parts=tuple(parts))


def read_parts(items: list[Any]) -> Iterator[Part]:
    for item in items:
        if isinstance(item, str):
            yield text_part(item)
    for item in rows(items):
        if (part := read_part(item)) is not None:
            yield part


def read_part(item: Record) -> Part | None:
    """One part of a turn or of an answer; None for a bare signature."""
    text = item.get("text")
    if isinstance(text, str) and (text or not _says_more(item)):
        return text_part(text, "reasoning" if item.get("thought") else "text")
    if blob := record(item.get("inlineData") or item.get("inline_data")):
        mime_type = _mime_type(blob)
        url = data_url(mime_type, blob.get("data"))
        return media_part(_kind(mime_type), url, mime_type)
    if file := record(item.get("fileData") or item.get("file_data")):
        mime_type = _mime_type(file)
        link = file.get("fileUri") or file.get("file_uri")
        return media_part(_kind(mime_type), link, mime_type)
    return _tool_part(item)


def _tool_part(item: Record) -> Part | None:
    if call := record(item.get("functionCall") or item.get("function_call")):
        return call_part(call.get("name"), call.get("args") or {}, call.get("id"))
    if call := record(item.get("toolCall") or item.get("tool_call")):
        name = call.get("toolType") or call.get("tool_type") or call.get("name")
        return call_part(name, call.get("args") or {}, call.get("id"))
    if answer := record(item.get("toolResponse") or item.get("tool_response")):
        name = string(answer.get("toolType") or answer.get("tool_type"))
        text, call_id = dump(answer.get("response")), clean(string(answer.get("id")))
        return Part(kind="tool_result", text=text, name=clean(name), call_id=call_id)
    answer = record(item.get("functionResponse") or item.get("function_response"))
    if answer:
        name, call_id = string(answer.get("name")), string(answer.get("id"))
        text = dump(answer.get("response"))
        return Part(
            kind="tool_result", text=text, name=clean(name), call_id=clean(call_id)
        )
    if code := record(item.get("executableCode") or item.get("executable_code")):
        return call_part("code_execution", code.get("code"), "")
    ran = item.get("codeExecutionResult") or item.get("code_execution_result")
    if result := record(ran):
        text = clean(string(result.get("output")))
        return Part(kind="tool_result", text=text, name="code_execution")
    return other_part(item) if _says_more(item) else None


def _says_more(item: Record) -> bool:
    """Anything beside the marks of a part (its signature, "thought", "text")."""
    return any(item[name] for name in item if name not in _MARKS)


def _mime_type(blob: Record) -> str:
    return clean(string(blob.get("mimeType") or blob.get("mime_type")))


def _kind(mime_type: str) -> PartKind:
    return next((kind for start, kind in _MEDIA if mime_type.startswith(start)), "file")
