"""Cohere's Chat API, v2 and the older v1 (docs.cohere.com, API reference).

v2 has messages and blocks, and a stream that ends with `message-end`; v1 has one
`message` beside a `chat_history`, and ends with `stream-end`. What is billed is less
than what the model read (Cohere's own preamble is free): the billed units count. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from proxy.wire.answer_block import Slot
from proxy.wire.answered import Expects
from proxy.wire.base import Message, RequestFacts, ResponseReader
from proxy.wire.begun_blocks import BegunBlocks
from proxy.wire.blocks import call_part, parts_of
from proxy.wire.cohere_usage import take_meta, take_usage
from proxy.wire.draft import Draft
from proxy.wire.lenient import (
    Record,
    clean,
    dump,
    record,
    rows,
    string,
)
from proxy.wire.members import Members
from proxy.wire.openai_messages import read_message
from proxy.wire.plain import cohere_event
from proxy.wire.raw_messages import read_all
from proxy.wire.reading import Reader
from proxy.wire.talk import read_talk

_V1 = re.compile(r"(?<!/api)/v1/chat$")
_V1_ROLES = {"USER": "user", "CHATBOT": "assistant", "SYSTEM": "system", "TOOL": "tool"}
_PLAN, _CONTENT, _CALLS = 0, 1, 1000
"""Where the parts of an answer stand; there may be several blocks of content."""


class CohereChat:
    """`POST …/v2/chat` and `…/v1/chat`."""

    name = "cohere-chat"
    operation = "chat"
    terminal_marks = (b'"message-end"', b'"stream-end"')

    def claims(self, method: str, path: str) -> bool:
        is_chat = path.endswith("/v2/chat") or _V1.search(path) is not None
        return method == "POST" and is_chat

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        outer = Members(body)
        return read_talk(
            outer,
            _messages(outer),
            read_message,
            model=outer.short("model"),
            stream=outer.get("stream") is True,
            tools_offered=outer.length("tools"),
        )

    def read_messages(self, body: bytes) -> Sequence[Message]:
        raws = _messages(Members(body))
        return read_all(raws, read_message)

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(CohereTake(), status, content_type, Expects.CONTENT)


class CohereTake:
    """What an answer and the events of a stream mean, in either version."""

    arrays_stream = False

    def __init__(self) -> None:
        self._begun = BegunBlocks()

    def whole(self, body: Record, draft: Draft) -> None:
        draft.name(body.get("model"), body.get("id") or body.get("generation_id"))
        draft.finished(body.get("finish_reason"))
        message = record(body.get("message")) or body
        draft.add((_PLAN, 0), "text", message.get("tool_plan"))
        draft.take(_CONTENT, parts_of(message.get("content") or body.get("text")))
        calls = rows(message.get("tool_calls"))
        draft.take(_CALLS, [call_part(*_call(call)) for call in calls])
        take_usage(record(body.get("usage")), draft)
        take_meta(body, draft)

    def event(self, name: str, body: Record, draft: Draft) -> None:
        kind = string(body.get("type")) or string(body.get("event_type")) or name
        delta = record(body.get("delta"))
        message = record(delta.get("message"))
        if kind == "message-start":
            draft.name(body.get("model"), body.get("id"))
        elif kind in ("content-start", "content-delta"):
            slot = (_CONTENT + _index(body), 0)
            self._content(slot, record(message.get("content")), draft)
            if kind == "content-start":
                self._begun.begin(slot, draft)
        elif kind == "content-end":
            self._begun.stop((_CONTENT + _index(body), 0), draft)
        elif kind == "tool-plan-delta":
            draft.add((_PLAN, 0), "text", message.get("tool_plan"))
        elif kind in ("tool-call-start", "tool-call-delta"):
            _grow_call(_index(body), record(message.get("tool_calls")), draft)
        elif kind == "message-end":
            _end(delta, draft)
        else:
            self._older(kind, body, draft)

    def plain(self, name: bytes, data: bytes, draft: Draft) -> bool:
        event = cohere_event(data)
        if text := event.delta.message.content.text:
            slot = (_CONTENT + _place(event.index), 0)
            self._begun.grow(slot, "text", text, draft)
        return True

    def end(self, draft: Draft) -> None:
        """Only an event ends a stream."""

    def _content(self, slot: Slot, content: Record, draft: Draft) -> None:
        if text := string(content.get("text")):
            self._begun.grow(slot, "text", text, draft)
        if thought := string(content.get("thinking")):
            self._begun.grow(slot, "reasoning", thought, draft)

    def _older(self, kind: str, body: Record, draft: Draft) -> None:
        """v1: texts of their own, and the whole answer at the end."""
        if kind == "text-generation":
            draft.add((_CONTENT, 0), "text", body.get("text"))
        elif kind == "stream-start":
            draft.name(None, body.get("generation_id"))
        elif kind == "stream-end":
            self.whole(record(body.get("response")), draft)
            draft.finished(body.get("finish_reason"))
            draft.terminal_seen = True


def _grow_call(index: int, call: Record, draft: Draft) -> None:
    name, arguments, call_id = _call(call)
    if draft.call((_CALLS, index), name, call_id) is not None:
        draft.add((_CALLS, index), "tool_call", arguments)


def _call(call: Record) -> tuple[str, str, str]:
    """Name, arguments and id; v1 has them without a function, parameters an object."""
    function = record(call.get("function")) or call
    given = function.get("arguments", function.get("parameters"))
    text = clean(given) if isinstance(given, str) else dump(given)
    return string(function.get("name")), text, string(call.get("id"))


def _end(delta: Record, draft: Draft) -> None:
    draft.finished(delta.get("finish_reason"))
    take_usage(record(delta.get("usage")), draft)
    if isinstance(error := delta.get("error"), str):
        draft.failed(error, None)
    draft.terminal_seen = True


def _index(body: Record) -> int:
    return _place(body.get("index"))


def _place(index: object) -> int:
    return index if type(index) is int and 0 <= index < _CALLS - _CONTENT else 0


def _messages(outer: Members) -> list[bytes]:
    """v2's messages, or v1's history and message in their shape."""
    if messages := outer.elements("messages"):
        return messages
    if not outer.raw("message").startswith(b'"'):
        return []
    found = [_turn("system", outer.raw("preamble"))]
    for raw in outer.elements("chat_history"):
        turn = Members(raw)
        role = _V1_ROLES.get(string(turn.get("role")).upper(), "user")
        found.append(_turn(role, turn.raw("message")))
    return [each for each in (*found, _turn("user", outer.raw("message"))) if each]


def _turn(role: str, text: bytes) -> bytes:
    if not text.startswith(b'"'):
        return b""
    return b'{"role":"' + role.encode() + b'","content":' + text + b"}"
