"""Gemini's Interactions API (ai.google.dev/gemini-api/docs/interactions).

`POST …/interactions` makes one, `GET …/interactions/{id}` fetches it (also as a stream
that goes on), `…/{id}/cancel` stops one in the background. A stream ends with
`interaction.completed`, in the older revision with `interaction.complete`. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pricing.usage import MODALITIES, Usage
from proxy.wire.answered import Expects
from proxy.wire.base import Message, Notes, RequestFacts, ResponseReader
from proxy.wire.draft import Draft
from proxy.wire.interaction_steps import CONTENTS, parts_of, read_item
from proxy.wire.lenient import (
    Record,
    count,
    dump,
    first_count,
    id_in,
    load_record,
    record,
    rows,
    string,
)
from proxy.wire.members import Members
from proxy.wire.raw_messages import as_message, read_all, with_system
from proxy.wire.reading import Reader
from proxy.wire.talk import read_talk

_STORED = re.compile(r"/interactions/([^/]+)(?:/cancel)?$")
_UNDER_WAY = ("in_progress", "queued")
_THOUGHTS = ("total_thought_tokens", "total_reasoning_tokens")


class GeminiInteractions:
    """`POST …/interactions`."""

    name = "gemini-interactions"
    operation = "chat"
    terminal_marks: tuple[bytes, ...] = (rb'"interaction\.complete',)

    def claims(self, method: str, path: str) -> bool:
        return method == "POST" and path.endswith("/interactions")

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        outer = Members(body)
        return read_talk(
            outer,
            _messages(outer),
            read_item,
            model=outer.short("model") or outer.short("agent"),
            stream=outer.get("stream") is True,
            tools_offered=outer.length("tools"),
            previous_response_id=outer.short("previous_interaction_id"),
        )

    def read_messages(self, body: bytes) -> Sequence[Message]:
        return read_all(_messages(Members(body)), read_item)

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(InteractionTake(), status, content_type, Expects.CONTENT)


class StoredInteraction(GeminiInteractions):
    """`GET …/interactions/{id}` and `POST …/interactions/{id}/cancel`."""

    name = "gemini-interaction-stored"

    def claims(self, method: str, path: str) -> bool:
        wanted = "POST" if path.endswith("/cancel") else "GET"
        return method == wanted and _STORED.search(path) is not None

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        stored = id_in(_STORED, path)
        return RequestFacts(previous_response_id=stored, answer_id=stored)


class InteractionTake:
    """What an interaction and the events of its stream mean."""

    arrays_stream = False

    def whole(self, body: Record, draft: Draft) -> None:
        draft.name(body.get("model") or body.get("agent"), body.get("id"))
        status = string(body.get("status"))
        if status in _UNDER_WAY:
            draft.is_deferred = True
        elif status:
            draft.is_deferred = False
            draft.finished(status)
        if status == "failed":
            draft.failed("The interaction failed.", None)
        steps = body.get("steps") or body.get("outputs")
        for group, step in enumerate(rows(steps)):
            if string(step.get("type")) != "user_input":
                draft.take(group, parts_of(step))
        if usage := record(body.get("usage")):
            draft.usage = read_usage(usage, draft.notes)
            draft.counts_once = True

    def event(self, name: str, body: Record, draft: Draft) -> None:
        kind = string(body.get("event_type")) or name
        index = body.get("index")
        group = index if type(index) is int else 0
        if kind in ("step.start", "content.start"):
            begun = record(body.get("step")) or record(body.get("content"))
            _begin(group, begun, draft)
        elif kind in ("step.delta", "content.delta"):
            _grow(group, record(body.get("delta")), draft)
        elif kind.startswith("interaction."):
            self.whole(record(body.get("interaction")), draft)
            ended = kind in ("interaction.completed", "interaction.complete")
            draft.terminal_seen = draft.terminal_seen or ended

    def end(self, draft: Draft) -> None:
        """Only an event ends a stream."""


def read_usage(usage: Record, notes: Notes) -> Usage:
    """Input includes what was cached; thoughts stand beside the output."""
    prompt = count(usage, "total_input_tokens", notes)
    cached = count(usage, "total_cached_tokens", notes)
    from_tools = count(usage, "total_tool_use_tokens", notes) or 0
    if prompt is not None and cached is not None:
        cached = min(cached, prompt)
    fresh = None if prompt is None else prompt - (cached or 0) + from_tools
    output = count(usage, "total_output_tokens", notes)
    thoughts = first_count(usage, _THOUGHTS, notes)
    total = count(usage, "total_tokens", notes)
    if output is not None and thoughts:
        is_inside = total == (prompt or 0) + from_tools + output and thoughts <= output
        output += 0 if is_inside else thoughts
    whole = Usage(input=fresh, cache_read=cached, output=output, reasoning=thoughts)
    into = _modalities(usage, "input", fresh, notes)
    return whole.with_parts(into | _modalities(usage, "output", output, notes))


def _modalities(
    usage: Record, side: str, most: int | None, notes: Notes
) -> dict[str, int | None]:
    parts: dict[str, int | None] = {}
    for detail in rows(usage.get(f"{side}_tokens_by_modality")):
        modality = string(detail.get("modality")).lower()
        tokens = count(detail, "tokens", notes)
        if modality in MODALITIES and tokens is not None:
            parts[f"{side}_{modality}"] = min(tokens, most or 0)
    return parts


def _begin(group: int, step: Record, draft: Draft) -> None:
    kind = string(step.get("type"))
    if kind.endswith("_call"):
        name = step.get("name") or kind.removesuffix("_call")
        draft.call((group, 0), name, step.get("id"))
        if step.get("arguments"):
            draft.add((group, 0), "tool_call", _arguments(step["arguments"]))
    elif kind != "user_input":
        for place, part in enumerate(parts_of(step)):
            draft.add((group, place), part.kind, part.text)


def _grow(group: int, delta: Record, draft: Draft) -> None:
    kind = string(delta.get("type"))
    if kind == "text":
        draft.add((group, 0), "text", delta.get("text"))
    elif kind == "thought_summary":
        text = record(delta.get("content")).get("text") or delta.get("text")
        draft.add((group, 0), "reasoning", text)
    elif kind in ("arguments_delta", "arguments"):
        given = delta.get("arguments") or delta.get("partial_arguments")
        draft.add((group, 0), "tool_call", _arguments(given))
    elif kind.endswith("_call"):
        _begin(group, delta, draft)
    elif kind not in ("thought_signature", "text_annotation"):
        draft.take(group, parts_of(delta))


def _arguments(given: object) -> str:
    return given if isinstance(given, str) else dump(given)


def _items(outer: Members) -> list[bytes]:
    """The input as turns: a text, one or several contents, or what it is already."""
    raw = outer.raw("input")
    said = [as_message("user", raw)]
    if raw.startswith(b'"'):
        return said
    items = [raw] if raw.startswith(b"{") else outer.elements("input")
    if items and all(map(_is_content, items)):
        return said
    return [_turn(item) for item in items]


def _is_content(raw: bytes) -> bool:
    return (load_record(raw) or {}).get("type") in CONTENTS


def _turn(raw: bytes) -> bytes:
    """A step of the user's in the shape of a turn."""
    step = Members(raw)
    if step.get("type") != "user_input":
        return raw
    return as_message("user", step.raw("content") or b'""')


def _messages(outer: Members) -> list[bytes]:
    return with_system(outer.raw("system_instruction"), _items(outer))
