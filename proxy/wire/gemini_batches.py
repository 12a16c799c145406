"""Gemini's batches (ai.google.dev/api/batch-api).

`POST …/models/M:batchGenerateContent` gives an operation; `GET …/batches/{id}` tells
how far it is and has the answers inside, where they were asked for inside; else they
are the lines of a file, `GET …/files/{id}:download`. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from proxy.wire.answered import Expects
from proxy.wire.base import Message, RequestFacts, ResponseReader
from proxy.wire.batch_results import SHOWN, BatchTake, FileReader, first_of, labelled
from proxy.wire.draft import Draft
from proxy.wire.faults import fault_in
from proxy.wire.gemini import GeminiGenerate
from proxy.wire.gemini_paths import gemini_path, has_verb
from proxy.wire.lenient import Record, dump, id_in, record, rows, short, string
from proxy.wire.members import Members
from proxy.wire.reading import Reader

_PATH = re.compile(r"/v1(?:alpha|beta)\d*/(batches/[^/:]+)(?::\w+)?$")
_LIST = re.compile(r"/v1(?:alpha|beta)\d*/batches$")
_FILE = re.compile(r"/(files/[^/:]+):download$")
_VERBS = ("batchGenerateContent", "asyncBatchEmbedContent")
_GENERATE = GeminiGenerate()


class GeminiBatches:
    """`…:batchGenerateContent`, `…/batches` and `…/batches/{id}`."""

    name = "gemini-batches"
    operation = "batches"
    terminal_marks: tuple[bytes, ...] = ()

    def claims(self, method: str, path: str) -> bool:
        is_stored = _PATH.search(path) or _LIST.search(path)
        return is_stored is not None or has_verb(method, path, _VERBS)

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        where = gemini_path(path)
        requests = _requests(Members(body))
        inner = requests[0].raw("request") if requests else b""
        first = _GENERATE.read_request(inner or b"{}", "")
        return replace(
            first,
            model=short(where.model) if where else None,
            answer_id=id_in(_PATH, path),
            session_hint=None,
            history=(),
            turn=b"",
        )

    def read_messages(self, body: bytes) -> Sequence[Message]:
        return first_of(_requests(Members(body)), _read)

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(GeminiBatchTake(), status, content_type, Expects.JSON)


class GeminiFileContent(GeminiBatches):
    """`GET …/files/{id}:download`: the results of a batch, or any other file."""

    name = "gemini-file-content"
    operation = "files"

    def claims(self, method: str, path: str) -> bool:
        return method == "GET" and _FILE.search(path) is not None

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        return RequestFacts(answer_id=id_in(_FILE, path))

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return FileReader(BatchTake(), status, content_type)


class GeminiBatchTake(BatchTake):
    """An operation: how far it is, and the answers where they stand inside."""

    def whole(self, body: Record, draft: Draft) -> None:
        for batch in rows(body.get("operations"))[:SHOWN]:
            draft.add(draft.next_slot(), "text", _line(batch))
        if not body.get("name"):
            return
        about = record(body.get("metadata"))
        model = string(about.get("model")).removeprefix("models/")
        draft.name(model, body.get("name"))
        draft.finished(about.get("state"))
        draft.add(draft.next_slot(), "text", _line(body))
        inlined = _results(record(body.get("response")) or record(about.get("output")))
        for line in inlined:
            self.event("", {"key": "", **line}, draft)
        if inlined:
            self.close(draft)
        if fault := fault_in(body, 200):
            draft.failed(*fault)


def _results(output: Record) -> list[Record]:
    inlined = output.get("inlinedResponses") or output.get(
        "inlinedEmbedContentResponses"
    )
    return rows(record(inlined).get("inlinedResponses") or inlined)


def _line(batch: Record) -> str:
    about = record(batch.get("metadata"))
    told = [string(about.get("state")) or "unknown"]
    if stats := record(about.get("batchStats")):
        told.append(dump(stats))
    output = record(batch.get("response")) or record(about.get("output"))
    if file := string(output.get("responsesFile")):
        told.append(f"results: {file}")
    return f"{string(batch.get('name'))}: {', '.join(told)}"


def _requests(outer: Members) -> list[Members]:
    """The requests of a batch, camelCase or snake_case, where they stand inside."""
    batch = Members(outer.raw("batch"))
    config = Members(batch.raw("inputConfig") or batch.raw("input_config"))
    return [
        Members(raw) for raw in Members(config.raw("requests")).elements("requests")
    ]


def _read(request: Members) -> Iterator[Message]:
    if label := string(request.record("metadata").get("key")):
        yield labelled(f"{label}:")
    yield from _GENERATE.read_messages(request.raw("request"))
