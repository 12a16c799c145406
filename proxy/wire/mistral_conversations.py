"""Mistral's Conversations API: turns that Mistral keeps, and tools that it runs.

`POST /v1/conversations`, `…/{id}` to go on, `…/{id}/restart` from an earlier entry; the
answer is a list of entries, or events ended by `conversation.response.done`
(docs.mistral.ai, API reference, "conversations"). OpenAI makes and changes its
conversations under the same paths, which answer with no entries and use nothing. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pricing.usage import Unit
from proxy.wire.answered import Expects
from proxy.wire.base import Message, Part, RequestFacts, ResponseReader
from proxy.wire.blocks import call_part, parts_of, result_parts
from proxy.wire.draft import Draft
from proxy.wire.lenient import Record, count, id_in, record, rows, short, string
from proxy.wire.members import Members
from proxy.wire.openai_messages import ROLES
from proxy.wire.openai_usage import read_usage
from proxy.wire.raw_messages import as_message, read_all, with_system
from proxy.wire.reading import Reader
from proxy.wire.talk import read_talk

_PATH = re.compile(r"/conversations(?:/([^/]+?)(?:/restart)?)?$")
_DONE = "conversation.response.done"
_ERROR = "conversation.response.error"
_CALLS = ("function.call", "tool.execution")
_CONNECTORS = {"code_interpreter": "code_execution"}
"""Connectors whose piece has another name at other providers; the rest keep theirs."""


class MistralConversations:
    """The answer names the conversation; what goes on from it names it in its path."""

    name = "mistral-conversations"
    operation = "chat"
    terminal_marks = (
        rb'"conversation\.response\.done"',
        rb'"conversation\.response\.error"',
    )

    def claims(self, method: str, path: str) -> bool:
        return method == "POST" and _PATH.search(path) is not None

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        outer = Members(body)
        return read_talk(
            outer,
            _messages(outer),
            read_entry,
            model=outer.short("model") or outer.short("agent_id"),
            stream=outer.get("stream") is True,
            tools_offered=outer.length("tools"),
            previous_response_id=id_in(_PATH, path),
        )

    def read_messages(self, body: bytes) -> Sequence[Message]:
        return read_all(_messages(Members(body)), read_entry)

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(ConversationTake(), status, content_type, Expects.JSON)


class ConversationTake:
    """Entries come whole, or in deltas that `id` or `output_index` ties together."""

    arrays_stream = False

    def __init__(self) -> None:
        self._groups: dict[object, int] = {}

    def whole(self, body: Record, draft: Draft) -> None:
        draft.name(None, body.get("conversation_id"))
        for place, entry in enumerate(rows(body.get("outputs"))):
            draft.name(entry.get("model"), None)
            draft.take(place, answer_parts(entry))
        draft.is_answered = "outputs" in body
        _take_usage(body, draft)

    def event(self, name: str, body: Record, draft: Draft) -> None:
        kind = string(body.get("type")) or name
        draft.name(body.get("model"), body.get("conversation_id"))
        if kind == _ERROR:
            draft.failed(string(body.get("message")), short(str(body.get("code"))))
            draft.terminal_seen = True
        elif kind == _DONE:
            _take_usage(body, draft)
            draft.terminal_seen = draft.is_answered = True
        elif kind == "message.output.delta":
            self._say(body, draft)
        elif kind.startswith(_CALLS):
            self._call(body, draft)
        elif kind == "agent.handoff.done":
            draft.take(self._group(body), answer_parts(body))

    def end(self, draft: Draft) -> None:
        """Only an event ends a stream."""

    def _group(self, body: Record) -> int:
        key = string(body.get("id")) or str(body.get("output_index"))
        return self._groups.setdefault(key, len(self._groups))

    def _say(self, body: Record, draft: Draft) -> None:
        index = body.get("content_index")
        slot = (self._group(body), index if type(index) is int else 0)
        content = body.get("content")
        for part in parts_of([content] if isinstance(content, dict) else content):
            if part.kind in ("text", "reasoning"):
                draft.add(slot, part.kind, part.text)

    def _call(self, body: Record, draft: Draft) -> None:
        slot = (self._group(body), 0)
        called = body.get("tool_call_id") or body.get("id")
        if draft.call(slot, body.get("name"), called) is not None:
            draft.add(slot, "tool_call", body.get("arguments"))


def read_entry(entry: Record) -> Iterator[Message]:
    """The turn that an entry of the input is, or nothing."""
    kind = string(entry.get("type"))
    if kind == "function.result":
        results = result_parts(entry.get("result"), entry.get("tool_call_id"))
        yield Message(role="tool", parts=tuple(results))
    elif kind in ("", "message.input"):
        role = ROLES.get(string(entry.get("role")), "user")
        if parts := tuple(parts_of(entry.get("content"))):
            yield Message(role=role, parts=parts)
    elif parts := tuple(answer_parts(entry)):
        yield Message(role="assistant", parts=parts)


def answer_parts(entry: Record) -> list[Part]:
    """The parts of an entry that a model made."""
    kind = string(entry.get("type"))
    if kind in _CALLS:
        called = entry.get("tool_call_id") or entry.get("id")
        return [call_part(entry.get("name"), entry.get("arguments"), called)]
    if kind.startswith("agent.handoff"):
        agent = string(entry.get("next_agent_name"))
        return [Part(kind="other", text=f"Handed over to {agent}")] if agent else []
    return parts_of(entry.get("content"))


def _messages(outer: Members) -> list[bytes]:
    """Instructions and the entries; a plain text is one user message."""
    raw = outer.raw("inputs")
    is_text = raw.startswith(b'"')
    entries = [as_message("user", raw)] if is_text else outer.elements("inputs")
    return with_system(outer.raw("instructions"), entries)


def _take_usage(body: Record, draft: Draft) -> None:
    """What connectors brought is input beside the prompt, and in the total."""
    usage = record(body.get("usage"))
    if not usage:
        return
    told = read_usage(usage, draft.notes)
    brought = count(usage, "connector_tokens", draft.notes)
    if brought:
        told = replace(told, input=(told.input or 0) + brought)
    connectors = record(usage.get("connectors"))
    counts = ((name, count(connectors, name, draft.notes)) for name in connectors)
    units = (Unit(_CONNECTORS.get(name, name)[:60], n) for name, n in counts if n)
    draft.usage = told.with_units(*units)
