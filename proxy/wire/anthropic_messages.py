"""Anthropic messages: Claude, and the servers that are compatible with it.

A stream ends with `message_stop`; an `error` event may come under a 200. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from proxy.wire.answered import Expects
from proxy.wire.anthropic_usage import read_billed
from proxy.wire.base import Message, PartKind, RequestFacts, ResponseReader
from proxy.wire.begun_blocks import BegunBlocks
from proxy.wire.blocks import parts_of
from proxy.wire.draft import Draft
from proxy.wire.lenient import Record, dump, record, rows, short, string
from proxy.wire.members import Members
from proxy.wire.openai_messages import ROLES
from proxy.wire.openai_models import NothingTake
from proxy.wire.plain import block_event
from proxy.wire.raw_messages import read_all, with_system
from proxy.wire.reading import Reader
from proxy.wire.talk import read_talk
from proxy.wire.usage_dialects import at_anthropic
from proxy.wire.usage_merging import merged

_DELTAS: dict[str, tuple[PartKind, str]] = {
    "text_delta": ("text", "text"),
    "thinking_delta": ("reasoning", "thinking"),
    "input_json_delta": ("tool_call", "partial_json"),
    "compaction_delta": ("other", "content"),
}
_ON_VERTEX = re.compile(
    r"/publishers/anthropic/models/([^/:]+):(?:rawPredict|streamRawPredict)$"
)


class AnthropicMessages:
    """`POST …/messages`, and Claude on Vertex, where the path names the model."""

    name = "anthropic-messages"
    operation = "chat"
    terminal_marks: tuple[bytes, ...] = (b'"message_stop"',)

    def claims(self, method: str, path: str) -> bool:
        if method != "POST":
            return False
        # OpenAI's assistants have /threads/{id}/messages.
        is_messages = path.endswith("/messages") and "/threads/" not in path
        return is_messages or _on_vertex(path) is not None

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        outer = Members(body)
        messages = outer.elements("messages")
        in_path = None if path.endswith("/messages") else _on_vertex(path)
        return read_talk(
            outer,
            _with_system(outer, messages),
            read_message,
            model=outer.short("model")
            or (short(in_path.group(1)) if in_path else None),
            stream=outer.get("stream") is True,
            tools_offered=outer.length("tools"),
        )

    def read_messages(self, body: bytes) -> Sequence[Message]:
        outer = Members(body)
        raws = _with_system(outer, outer.elements("messages"))
        return read_all(raws, read_message)

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(MessageTake(), status, content_type, Expects.CONTENT)


class AnthropicCountTokens(AnthropicMessages):
    """`POST …/messages/count_tokens`: counts, uses nothing."""

    name = "anthropic-count-tokens"
    operation = "count_tokens"
    terminal_marks = ()

    def claims(self, method: str, path: str) -> bool:
        return method == "POST" and path.endswith("/messages/count_tokens")

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(NothingTake(), status, content_type, Expects.JSON)


class MessageTake:
    """What a message object and the events of its stream mean."""

    arrays_stream = False
    growing: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self._begun = BegunBlocks()
        self._has_counted = False
        """A figure of the output came after the stream's beginning."""

    def whole(self, body: Record, draft: Draft) -> None:
        self._message(body, draft)
        content = body.get("content")
        draft.is_answered = isinstance(content, list)
        for group, block in enumerate(content if isinstance(content, list) else []):
            draft.take(group, parts_of(block))

    def event(self, name: str, body: Record, draft: Draft) -> None:
        kind = body.get("type") or name
        if kind == "content_block_delta":
            self._grow(_index(body), record(body.get("delta")), draft)
        elif kind == "content_block_start":
            self._begin(_index(body), record(body.get("content_block")), draft)
        elif kind == "content_block_stop":
            self._begun.stop((_index(body), 0), draft)
        elif kind == "message_start":
            self._start(record(body.get("message")), draft)
        elif kind == "message_delta":
            draft.finished(record(body.get("delta")).get("stop_reason"))
            self._has_counted |= _tells_output(record(body.get("usage")))
            self._count(body.get("usage"), draft)
        elif kind == "message_stop":
            draft.terminal_seen = True

    def plain(self, name: bytes, data: bytes, draft: Draft) -> bool:
        event = block_event(data)
        kind, member = _DELTAS[event.delta.type]
        if text := getattr(event.delta, member):
            self._begun.grow((event.index, 0), kind, text, draft)
        return True

    def end(self, draft: Draft) -> None:
        """Only an event ends a stream. Its beginning knows of no output yet."""
        if draft.terminal_seen and not self._has_counted and draft.usage.output:
            draft.without_output("The output tokens were only told at the beginning.")

    def _start(self, message: Record, draft: Draft) -> None:
        self._message(message, draft)
        for index, block in enumerate(rows(message.get("content"))):
            self._begin(index, block, draft)

    def _begin(self, index: int, block: Record, draft: Draft) -> None:
        kind, slot = string(block.get("type")), (index, 0)
        if kind == "fallback":  # another model goes on; its name counts
            draft.name(record(block.get("to")).get("model"), None)
        if kind.endswith("tool_use"):
            draft.call(slot, block.get("name"), block.get("id"))
            if block.get("input"):  # compatible servers send it at once
                draft.put(slot, "tool_call", dump(block["input"]))
        elif kind == "compaction":
            draft.open(slot, "other").name = "Compaction"
            draft.put(slot, "other", block.get("content"))
        elif kind in ("text", "thinking"):
            for part in parts_of(block):
                draft.put(slot, part.kind, part.text)
        else:
            draft.take(index, parts_of(block))
        self._begun.begin(slot, draft)

    def _grow(self, index: int, delta: Record, draft: Draft) -> None:
        kind, text = _delta(delta)
        if text:
            self._begun.grow((index, 0), kind, text, draft)

    def _message(self, message: Record, draft: Draft) -> None:
        draft.name(message.get("model"), message.get("id"))
        draft.finished(message.get("stop_reason"))
        self._count(message.get("usage"), draft)
        draft.report_cost_beside(message)

    def _count(self, usage: object, draft: Draft) -> None:
        if not isinstance(usage, dict) or not usage:
            return
        draft.told = merged(draft.told, usage)
        whole = at_anthropic(draft.told, draft.notes)
        billed = read_billed(draft.told, whole, draft.model or "", draft.notes)
        draft.usage, draft.passes = billed.usage, billed.passes
        draft.name(None, None, draft.told.get("service_tier"))
        draft.served(draft.told.get("speed"), draft.told.get("inference_geo"))
        draft.report_cost(draft.told)


def read_message(message: Record) -> Iterator[Message]:
    """A message; tool results, which Anthropic puts in user turns, are a turn of
    their own."""
    role = ROLES.get(string(message.get("role")), "user")
    parts = parts_of(message.get("content"))
    results = [part for part in parts if role == "user" and part.kind == "tool_result"]
    if results:
        last = max(i for i, part in enumerate(parts) if part.kind == "tool_result")
        while last + 1 < len(parts) and parts[last + 1].source:
            last += 1
        yield Message(role="tool", parts=tuple(parts[: last + 1]))
        parts = parts[last + 1 :]
    if parts:
        yield Message(role=role, parts=tuple(parts))


def _delta(delta: Record) -> tuple[PartKind, str]:
    """Kind and text of a piece; the member tells where the type is left out."""
    told = _DELTAS.get(string(delta.get("type")))
    found = [told] if told else list(_DELTAS.values())
    for kind, member in found:
        if text := string(delta.get(member)):
            return kind, text
    return "text", ""


def _tells_output(usage: Record) -> bool:
    names = ("output_tokens", "completion_tokens")
    return any(usage.get(name) is not None for name in names)


def _index(body: Record) -> int:
    index = body.get("index")
    return index if type(index) is int else 0


def _on_vertex(path: str) -> re.Match[str] | None:
    return _ON_VERTEX.search(unquote(path))


def _with_system(outer: Members, messages: list[bytes]) -> list[bytes]:
    return with_system(outer.raw("system"), messages)
