"""What a request's messages tell at a glance: the last user text and the images.

Formats hand over raw messages and their own way to read one; only messages that can
matter are decoded, because agent histories are long. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import msgspec

from proxy.wire.base import Message
from proxy.wire.lenient import Record, folded, load_record
from proxy.wire.members import Members

ReadMessage = Callable[[Record], Iterable[Message]]

PREVIEW = 160
_ASIDE = (
    "<system-reminder>",
    "<environment_context>",
    "<user_instructions>",
    "<session_context>",
)
"""Openings of texts that a harness adds to what the user wrote."""

_SESSION_AT_END = re.compile(r"_session_([0-9A-Za-z][0-9A-Za-z-]{7,})$")


@dataclass(frozen=True, slots=True)
class Said:
    """The last thing that the user said, which a tool loop goes on answering."""

    preview: str = ""
    """On one line."""
    back: int = 0
    """Its message, counted from the end; 0: there is none."""

    def turn(self, history: Sequence[bytes]) -> bytes:
        """The digest that covers it and what stands before it."""
        return history[-self.back] if 0 < self.back <= len(history) else b""


def said_last(raws: Sequence[bytes], read: ReadMessage) -> Said:
    """The last message of the user's own; tool results and asides don't count."""
    aside, picture = Said(), 0
    for back, raw in enumerate(reversed(raws), 1):
        if not _may_be_user_text(raw):
            continue
        for message in read(load_record(raw) or {}):
            if message.role != "user":
                continue
            texts = [part.text for part in message.parts if part.kind == "text"]
            own = [text for text in texts if not text.lstrip().startswith(_ASIDE)]
            if any(text.strip() for text in own):
                return Said(folded(" ".join(own), PREVIEW), picture or back)
            if texts and not aside.back:
                aside = Said(folded(" ".join(texts), PREVIEW), back)
            elif not picture and _is_picture(message, raws[:-back]):
                picture = back
    return Said(aside.preview, picture or aside.back)


def _is_picture(message: Message, before: Sequence[bytes]) -> bool:
    """True for media without words, unless a tool made them: agents for OpenAI's
    formats hand those over as a message of the user behind the tool's result."""
    if not any(part.source for part in message.parts):
        return False
    return not (before and any(mark in before[-1] for mark in _TOOL_MARKS))


_TOOL_MARKS = (b"tool", b"_output", b"functionResponse", b"function_response")


class _Block(msgspec.Struct):
    type: str = ""


class _Head(msgspec.Struct):
    """What tells at a glance that a message isn't what the user wrote."""

    role: str = ""
    type: str = ""
    content: list[_Block] | str | None = None


_read_head = msgspec.json.Decoder(_Head).decode


def _may_be_user_text(raw: bytes) -> bool:
    try:
        head = _read_head(raw)
    except (ValueError, RecursionError):
        return True
    if head.role not in ("", "user") or head.type not in ("", "message"):
        return False
    blocks = head.content
    if not isinstance(blocks, list) or not blocks:
        return True
    return any(block.type != "tool_result" for block in blocks)


def images_in(raws: Iterable[bytes], read: ReadMessage) -> int:
    """Images sent to the model, each counted once a message."""
    found = 0
    for raw in raws:
        # "image_url", "input_image", "images", or a MIME type: it is always there.
        if b"image" in raw:
            messages = read(load_record(raw) or {})
            found += sum(p.kind == "image" for m in messages for p in m.parts)
    return found


def session_of(body: Members) -> tuple[str | None, str]:
    """A session id in the body and the rule that found it; the surest field first."""
    metadata = body.record("metadata")
    if hint := _in_user_id(metadata.get("user_id")):
        return hint, "body:metadata.user_id"
    conversation = body.get("conversation")
    if isinstance(conversation, dict):
        conversation = conversation.get("id")
    fields = (
        ("conversation", conversation),
        ("session_id", body.get("session_id")),
        ("metadata.session_id", metadata.get("session_id")),
        ("prompt_cache_key", body.get("prompt_cache_key")),
    )
    for name, value in fields:
        if isinstance(value, str) and value.strip():
            return folded(value, 200), f"body:{name}"
    return None, ""


def _in_user_id(user_id: object) -> str | None:
    """Claude Code: `user_…_session_{uuid}`, or JSON with a session_id."""
    if not isinstance(user_id, str):
        return None
    if user_id.lstrip().startswith("{"):
        inner = load_record(user_id.encode("utf-8", "replace")) or {}
        session = inner.get("session_id")
        return folded(session, 200) if isinstance(session, str) and session else None
    found = _SESSION_AT_END.search(user_id)
    return found.group(1)[:200] if found else None
