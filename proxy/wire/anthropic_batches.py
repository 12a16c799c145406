"""Anthropic's message batches and their results (docs.anthropic.com, Message Batches).

`POST /messages/batches` has the requests in its body; `…/{id}/results` is a file of
lines, one message each, where the usage stands. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from proxy.wire.answered import Expects
from proxy.wire.anthropic_messages import AnthropicMessages
from proxy.wire.base import Message, Part, RequestFacts, ResponseReader
from proxy.wire.batch_results import BatchTake, FileReader
from proxy.wire.draft import Draft
from proxy.wire.lenient import Record, clean, dump, record, rows, short, string
from proxy.wire.members import Members
from proxy.wire.reading import Reader

_PATH = re.compile(r"/messages/batches(?:/[^/]+)?(?:/cancel)?$")
_RESULTS = re.compile(r"/messages/batches/([^/]+)/results$")
_MESSAGES = AnthropicMessages()
_SHOWN = 20


class AnthropicBatches:
    """`…/messages/batches`, `…/{id}` and `…/{id}/cancel`."""

    name = "anthropic-batches"
    operation = "batches"
    terminal_marks: tuple[bytes, ...] = ()

    def claims(self, method: str, path: str) -> bool:
        return _PATH.search(path) is not None

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        outer = Members(body)
        requests = outer.elements("requests")
        if not requests:
            return RequestFacts(notes=tuple(outer.notes.items))
        first = _MESSAGES.read_request(Members(requests[0]).raw("params"), path)
        # A batch is no turn of anything: its requests are strangers to each other.
        return replace(first, stream=False, history=(), turn=b"", session_hint=None)

    def read_messages(self, body: bytes) -> Sequence[Message]:
        requests = Members(body).elements("requests")
        found = [m for raw in requests[:_SHOWN] for m in _read(Members(raw))]
        if len(requests) > _SHOWN:
            found.append(_label(f"and {len(requests) - _SHOWN} more"))
        return found

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(MessageBatchTake(), status, content_type, Expects.JSON)


class AnthropicBatchResults(AnthropicBatches):
    """`GET …/messages/batches/{id}/results`."""

    name = "anthropic-batch-results"
    operation = "files"

    def claims(self, method: str, path: str) -> bool:
        return method == "GET" and _RESULTS.search(path) is not None

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        found = _RESULTS.search(path)
        return RequestFacts(answer_id=short(found.group(1)) if found else None)

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return FileReader(BatchTake(), status, content_type)


class MessageBatchTake:
    """How far a batch is, or several of a list."""

    arrays_stream = False

    def whole(self, body: Record, draft: Draft) -> None:
        for group, batch in enumerate(rows(body.get("data"))[:_SHOWN]):
            draft.add((group, 0), "text", _line(batch))
        if body.get("type") == "message_batch":
            draft.name(None, body.get("id"))
            draft.finished(body.get("processing_status"))
            draft.add((0, 0), "text", _line(body))

    def event(self, name: str, body: Record, draft: Draft) -> None:
        self.whole(body, draft)

    def end(self, draft: Draft) -> None:
        """A batch does not stream."""


def _line(batch: Record) -> str:
    status = string(batch.get("processing_status")) or "unknown"
    counts = dump(record(batch.get("request_counts")))
    return f"{string(batch.get('id'))}: {status}, {counts}"


def _read(request: Members) -> Iterator[Message]:
    if label := string(request.get("custom_id")):
        yield _label(f"{label}:")
    yield from _MESSAGES.read_messages(request.raw("params"))


def _label(text: str) -> Message:
    return Message(role="system", parts=(Part(kind="text", text=clean(text)),))
