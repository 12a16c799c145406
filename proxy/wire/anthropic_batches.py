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
from proxy.wire.base import Message, RequestFacts, ResponseReader
from proxy.wire.batch_results import SHOWN, BatchTake, FileReader, first_of, labelled
from proxy.wire.draft import Draft
from proxy.wire.lenient import Record, dump, id_in, record, rows, string
from proxy.wire.members import Members
from proxy.wire.reading import Reader

_PATH = re.compile(r"/messages/batches(?:/[^/]+)?(?:/cancel)?$")
_RESULTS = re.compile(r"/messages/batches/([^/]+)/results$")
_MESSAGES = AnthropicMessages()


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
        return first_of(requests, lambda raw: _read(Members(raw)))

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(MessageBatchTake(), status, content_type, Expects.JSON)


class AnthropicBatchResults(AnthropicBatches):
    """`GET …/messages/batches/{id}/results`."""

    name = "anthropic-batch-results"
    operation = "files"

    def claims(self, method: str, path: str) -> bool:
        return method == "GET" and _RESULTS.search(path) is not None

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        return RequestFacts(answer_id=id_in(_RESULTS, path))

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return FileReader(BatchTake(), status, content_type)


class MessageBatchTake:
    """How far a batch is, or several of a list."""

    arrays_stream = False

    def whole(self, body: Record, draft: Draft) -> None:
        for group, batch in enumerate(rows(body.get("data"))[:SHOWN]):
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
        yield labelled(f"{label}:")
    yield from _MESSAGES.read_messages(request.raw("params"))
