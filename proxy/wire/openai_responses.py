"""OpenAI Responses, as codex and the newer SDKs speak it.

A stream ends with `response.completed`, `.incomplete` or `.failed`; there is no
`[DONE]`. Deltas show a partial answer; each finished item then replaces its deltas.
Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from proxy.wire.answered import Expects
from proxy.wire.base import Message, RequestFacts, ResponseReader
from proxy.wire.draft import Draft
from proxy.wire.lenient import Record, load_record, record, rows, short
from proxy.wire.members import Members
from proxy.wire.openai_chat import take_usage
from proxy.wire.reading import Reader
from proxy.wire.responses_items import answer_parts, read_item
from proxy.wire.talk import read_talk

_TERMINAL = ("response.completed", "response.incomplete", "response.failed")
_UNDER_WAY = ("in_progress", "queued")
_REASONING_DELTAS = (
    "response.reasoning_summary_text.delta",
    "response.reasoning_text.delta",
)
_TEXT_DELTAS = ("response.output_text.delta", "response.refusal.delta")
_CALL_DELTAS = (
    "response.function_call_arguments.delta",
    "response.custom_tool_call_input.delta",
    "response.mcp_call_arguments.delta",
)


class OpenAIResponses:
    """`POST …/responses`, and `…/responses/compact`."""

    name = "openai-responses"
    operation = "chat"
    terminal_marks = tuple(re.escape(f'"{kind}"'.encode()) for kind in _TERMINAL)

    def claims(self, method: str, path: str) -> bool:
        return method == "POST" and path.endswith(("/responses", "/responses/compact"))

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        outer = Members(body)
        return read_talk(
            outer,
            _with_instructions(outer, _items(outer)),
            read_item,
            model=outer.short("model"),
            stream=outer.get("stream") is True,
            tools_offered=outer.length("tools"),
            previous_response_id=short(outer.get("previous_response_id")),
        )

    def read_messages(self, body: bytes) -> Sequence[Message]:
        outer = Members(body)
        raws = _with_instructions(outer, _items(outer))
        return [m for raw in raws for m in read_item(load_record(raw) or {})]

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(ResponsesTake(), status, content_type, Expects.CONTENT)


class ResponsesTake:
    """What a response object and the events of its stream mean."""

    arrays_stream = False

    def whole(self, body: Record, draft: Draft) -> None:
        self.take_response(body, draft)

    def event(self, name: str, body: Record, draft: Draft) -> None:
        kind = body.get("type") or name
        index = body.get("output_index")
        group = index if type(index) is int else 0
        if kind in _TEXT_DELTAS:
            place = body.get("content_index")
            slot = (group, place if type(place) is int else 0)
            draft.add(slot, "text", body.get("delta"))
        elif kind in _REASONING_DELTAS:
            place = body.get("summary_index", body.get("content_index"))
            slot = (group, place if type(place) is int else 0)
            draft.add(slot, "reasoning", body.get("delta"))
        elif kind in _CALL_DELTAS:
            draft.add((group, 0), "tool_call", body.get("delta"))
        elif kind == "response.output_item.added":
            _begin_item(group, record(body.get("item")), draft)
        elif kind == "response.output_item.done":
            draft.take(group, answer_parts(record(body.get("item"))))
        elif isinstance(body.get("response"), dict):
            self.take_response(body["response"], draft)
            draft.terminal_seen = draft.terminal_seen or kind in _TERMINAL

    def end(self, draft: Draft) -> None:
        """Only an event ends a stream."""

    def take_response(self, response: Record, draft: Draft) -> None:
        """The object that an answer is, and that some events carry."""
        tier = response.get("service_tier")
        draft.name(response.get("model"), response.get("id"), tier)
        _take_ending(response, draft)
        if usage := record(response.get("usage")):
            take_usage([usage], {}, draft)
        for group, item in enumerate(rows(response.get("output"))):
            draft.take(group, answer_parts(item))
        if response.get("background") is True:
            # It may be fetched as often as one likes (`responses_stored.py`).
            draft.is_deferred = response.get("status") in _UNDER_WAY
            draft.counts_once = draft.usage.is_reported


def _take_ending(response: Record, draft: Draft) -> None:
    status = response.get("status")
    if status not in _UNDER_WAY:
        reason = record(response.get("incomplete_details")).get("reason")
        draft.finished(reason or status)
    error = response.get("error")
    if isinstance(error, dict) and error:
        message = error.get("message")
        kind = error.get("code") or error.get("type")
        draft.failed(message if isinstance(message, str) else "", short(kind))
    elif status == "failed":
        draft.failed("The response failed.", None)


def _begin_item(group: int, item: Record, draft: Draft) -> None:
    for place, part in enumerate(answer_parts(item)):
        if part.kind == "tool_call":
            draft.call((group, place), part.name, part.call_id)


def _items(outer: Members) -> list[bytes]:
    """The input list; a plain text is one user message."""
    raw = outer.raw("input")
    if raw.startswith(b'"'):
        return [b'{"role":"user","content":' + raw + b"}"]
    return outer.elements("input")


def _with_instructions(outer: Members, items: list[bytes]) -> list[bytes]:
    instructions = outer.raw("instructions")
    if instructions in (b"", b"null", b'""'):
        return items
    return [b'{"role":"system","content":' + instructions + b"}", *items]
