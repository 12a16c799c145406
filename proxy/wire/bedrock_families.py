"""What the objects of an InvokeModel answer mean, whichever family of models gave them.

`bedrock_invoke.py` gives each object here: one that is of a known dialect goes to that
dialect's reader, the others are read by their members (Llama `generation`, Titan
`outputText`, Mistral `outputs`, Cohere `text`). Pure.
"""

from __future__ import annotations

from dataclasses import replace

from pricing.usage import Usage
from proxy.wire.anthropic_messages import MessageTake
from proxy.wire.base import Notes
from proxy.wire.bedrock_converse import ConverseTake
from proxy.wire.blocks import data_url
from proxy.wire.draft import Draft
from proxy.wire.lenient import Record, count, first_count, record, rows, string
from proxy.wire.openai_chat import ChatTake
from proxy.wire.openai_completions import CompletionTake
from proxy.wire.reading import Take

METRICS = "amazon-bedrock-invocationMetrics"
_METRICS = METRICS.encode()
_CONVERSE_EVENTS = (
    *("messageStart", "contentBlockStart", "contentBlockDelta"),
    *("contentBlockStop", "messageStop", "metadata"),
)
_LISTS = ("results", "outputs", "generations")
_TEXTS = ("generation", "outputText", "text", "completion")
_REASONS = ("stop_reason", "completionReason", "finish_reason")
_INPUTS = ("prompt_token_count", "inputTextTokenCount")
_OUTPUTS = ("generation_token_count", "totalOutputTextTokenCount")


class FamilyTake:
    """One answer is of one family, which its first telling object gives away."""

    arrays_stream = False

    def __init__(self) -> None:
        self._dialect: Take | None = None

    def whole(self, body: Record, draft: Draft) -> None:
        self._dialect = _dialect_of(body)
        if self._dialect is not None:
            self._dialect.whole(body, draft)
        else:
            _read(body, draft)
        _measure(body, draft)

    def event(self, name: str, body: Record, draft: Draft) -> None:
        self._dialect = self._dialect or _dialect_of(body)
        if isinstance(self._dialect, ConverseTake):
            for kind in _CONVERSE_EVENTS:
                if kind in body:
                    self._dialect.event(kind, record(body[kind]), draft)
        elif self._dialect is not None:
            self._dialect.event("", body, draft)
        else:
            _read(body, draft)
        _measure(body, draft)

    def plain(self, name: bytes, data: bytes, draft: Draft) -> bool:
        if not isinstance(self._dialect, MessageTake) or _METRICS in data:
            return False
        return self._dialect.plain(b"", data, draft)

    def end(self, draft: Draft) -> None:
        if self._dialect is not None:
            self._dialect.end(draft)


def _dialect_of(body: Record) -> Take | None:
    kind = string(body.get("type"))
    if kind == "message" or kind.startswith(("message_", "content_block_")):
        return MessageTake()
    if record(body.get("output")) or any(name in body for name in _CONVERSE_EVENTS):
        return ConverseTake()
    if choices := rows(body.get("choices")):
        is_text = isinstance(choices[0].get("text"), str)
        return CompletionTake() if is_text else ChatTake()
    return None


def _read(body: Record, draft: Draft) -> None:
    """An object of a family with members of its own; each text goes on the last."""
    found = [item for name in _LISTS for item in rows(body.get(name))] or [body]
    for item in found[:1]:
        for name in _TEXTS:
            draft.add((0, 0), "text", item.get(name))
        for name in _REASONS:
            draft.finished(item.get(name))
    pictures = body.get("images")
    for place, data in enumerate(pictures if isinstance(pictures, list) else []):
        source = data_url("image/png", data)
        draft.media((1, place), "image", "image/png", source)
    _take_counts(body, found, draft)


def _take_counts(body: Record, found: list[Record], draft: Draft) -> None:
    made = first_count(body, _OUTPUTS, draft.notes)
    if made is None:
        each = [count(item, "tokenCount", draft.notes) for item in found]
        made = sum(part or 0 for part in each) if any(each) else None
    draft.usage = replace(
        draft.usage,
        input=_or(first_count(body, _INPUTS, draft.notes), draft.usage.input),
        output=_or(made, draft.usage.output),
    )


def _measure(body: Record, draft: Draft) -> None:
    """Bedrock's own count ends a stream; the family's is finer where there is one."""
    metrics = record(body.get(METRICS))
    if not metrics:
        return
    draft.terminal_seen = True if draft.is_stream else None
    told, seen = _told(metrics, draft.notes), draft.usage
    if seen.input is None or seen.output is None:
        draft.usage = told


def _told(metrics: Record, notes: Notes) -> Usage:
    return Usage(
        input=count(metrics, "inputTokenCount", notes),
        cache_read=count(metrics, "cacheReadInputTokenCount", notes),
        cache_write_5m=count(metrics, "cacheWriteInputTokenCount", notes),
        output=count(metrics, "outputTokenCount", notes),
    )


def _or(told: int | None, known: int | None) -> int | None:
    return known if told is None else told
