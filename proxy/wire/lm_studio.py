"""LM Studio's own chat, `POST /api/v1/chat` (lmstudio.ai/docs/developer/rest/chat).

The server keeps the conversation: a request names the response it goes on from. A
stream is named events and ends with `chat.end`, which repeats the whole answer. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pricing.usage import Usage
from proxy.wire.answer_block import Slot
from proxy.wire.answered import Expects
from proxy.wire.base import Message, Notes, Part, RequestFacts, ResponseReader
from proxy.wire.blocks import call_part, media_part, parts_of
from proxy.wire.draft import Draft
from proxy.wire.lenient import Record, clean, count, record, rows, string
from proxy.wire.members import Members
from proxy.wire.openai_messages import ROLES
from proxy.wire.plain import studio_event
from proxy.wire.raw_messages import as_message, read_all, with_system
from proxy.wire.reading import Reader
from proxy.wire.talk import read_talk


class LMStudioChat:
    """`POST …/api/v1/chat`."""

    name = "lm-studio-chat"
    operation = "chat"
    terminal_marks = (rb'"chat\.end"',)

    def claims(self, method: str, path: str) -> bool:
        return method == "POST" and path.endswith("/api/v1/chat")

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        outer = Members(body)
        return read_talk(
            outer,
            _messages(outer),
            read_item,
            model=outer.short("model"),
            stream=outer.get("stream") is True,
            tools_offered=outer.length("integrations"),
            previous_response_id=outer.short("previous_response_id"),
        )

    def read_messages(self, body: bytes) -> Sequence[Message]:
        return read_all(_messages(Members(body)), read_item)

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(LMStudioTake(), status, content_type, Expects.CONTENT)


class LMStudioTake:
    """What an answer and the events of a stream mean."""

    arrays_stream = False

    def __init__(self) -> None:
        self._place = 0

    def whole(self, body: Record, draft: Draft) -> None:
        draft.name(body.get("model_instance_id"), body.get("response_id"))
        for group, item in enumerate(rows(body.get("output")), 1):
            draft.take(group, _answer_parts(item))
        if stats := record(body.get("stats")):
            draft.usage = read_usage(stats, draft.notes)

    def event(self, name: str, body: Record, draft: Draft) -> None:
        kind = string(body.get("type")) or name
        if kind in ("reasoning.start", "message.start", "tool_call.start"):
            self._place += 1
        if kind == "reasoning.delta":
            draft.add(self._slot, "reasoning", body.get("content"))
        elif kind == "message.delta":
            draft.add(self._slot, "text", body.get("content"))
        elif kind.startswith("tool_call."):
            self._call(kind, body, draft)
        elif kind == "chat.start":
            draft.name(body.get("model_instance_id"), None)
        elif kind == "chat.end":
            self.whole(record(body.get("result")), draft)
            draft.terminal_seen = True

    def plain(self, name: bytes, data: bytes, draft: Draft) -> bool:
        event = studio_event(data)
        is_text = event.type == "message.delta"
        draft.add(self._slot, "text" if is_text else "reasoning", event.content)
        return True

    def end(self, draft: Draft) -> None:
        """Only an event ends a stream."""

    @property
    def _slot(self) -> Slot:
        return (max(self._place, 1), 0)

    def _call(self, kind: str, body: Record, draft: Draft) -> None:
        if kind == "tool_call.start":
            draft.call(self._slot, body.get("tool"))
        else:
            draft.take(self._slot[0], _answer_parts({**body, "type": "tool_call"}))


def read_usage(stats: Record, notes: Notes) -> Usage:
    """The buckets of one `stats` object; LM Studio doesn't tell what was cached."""
    output = count(stats, "total_output_tokens", notes)
    thought = count(stats, "reasoning_output_tokens", notes)
    return Usage(
        input=count(stats, "input_tokens", notes),
        output=output,
        reasoning=None if thought is None else min(thought, output or 0),
    )


def read_item(item: Record) -> Iterator[Message]:
    """One message: a text, or a list of texts and pictures."""
    content = item.get("content")
    parts = [] if isinstance(content, list) else parts_of(content)
    for each in rows(content):
        if each.get("type") == "image":
            parts.append(media_part("image", each.get("data_url")))
        else:
            parts += parts_of(each.get("content"))
    if parts:
        role = ROLES.get(string(item.get("role")), "user")
        yield Message(role=role, parts=tuple(parts))


def _answer_parts(item: Record) -> list[Part]:
    kind, text = string(item.get("type")), clean(string(item.get("content")))
    if kind == "reasoning":
        return [Part(kind="reasoning", text=text)]
    if kind != "tool_call":
        return parts_of(item.get("content"))
    name = string(item.get("tool")) or string(
        record(item.get("metadata")).get("tool_name")
    )
    parts = [call_part(name, item.get("arguments"), "")]
    if result := string(item.get("output")):
        # The server calls the tool itself and goes on.
        parts.append(Part(kind="tool_result", text=clean(result), name=clean(name)))
    return parts


def _messages(outer: Members) -> list[bytes]:
    """The input is one message of the user's."""
    raw, system = outer.raw("input"), outer.raw("system_prompt")
    said = [as_message("user", raw)] if raw.startswith((b'"', b"[")) else []
    return with_system(system if system.startswith(b'"') else b"", said)
