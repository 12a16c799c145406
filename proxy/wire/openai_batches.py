"""OpenAI's batches and their files; Groq, Together and Mistral speak alike.

`POST /batches` puts a file of requests in a queue, `GET /batches/{id}` tells how far it
is, and the answers are the lines of a file, `GET /files/{id}/content`, where the usage
stands (developers.openai.com/api/docs/guides/batch; Mistral: `/batch/jobs`). Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from proxy.wire.answered import Expects
from proxy.wire.base import Message, RequestFacts, ResponseReader
from proxy.wire.batch_results import BatchTake, FileReader
from proxy.wire.draft import Draft
from proxy.wire.heard import PREVIEW
from proxy.wire.lenient import Record, dump, folded, id_in, record, rows, short, string
from proxy.wire.members import Members
from proxy.wire.openai_embeddings import text_messages
from proxy.wire.reading import Reader

_PATH = re.compile(r"/(?:batches|batch/jobs)(?:/[^/]+)?(?:/cancel)?$")
_CONTENT = re.compile(r"/files/([^/]+)/content$")
_FILES = {
    "results": ("output_file_id", "output_file"),
    "errors": ("error_file_id", "error_file"),
}
_SHOWN = 20


class OpenAIBatches:
    """`…/batches`, `…/batches/{id}` and `…/batches/{id}/cancel`."""

    name = "openai-batches"
    operation = "batches"
    terminal_marks: tuple[bytes, ...] = ()

    def claims(self, method: str, path: str) -> bool:
        return method in ("GET", "POST") and _PATH.search(path) is not None

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        outer = Members(body)
        return RequestFacts(
            model=outer.short("model"),
            preview=folded(" ".join(_asked(outer)), PREVIEW),
            notes=tuple(outer.notes.items),
        )

    def read_messages(self, body: bytes) -> Sequence[Message]:
        return text_messages([" ".join(_asked(Members(body)))])

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(BatchObjectTake(), status, content_type, Expects.JSON)


class OpenAIFileContent(OpenAIBatches):
    """`GET …/files/{id}/content`: the results of a batch, or any other file."""

    name = "openai-file-content"
    operation = "files"

    def claims(self, method: str, path: str) -> bool:
        return method == "GET" and _CONTENT.search(path) is not None

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        return RequestFacts(answer_id=id_in(_CONTENT, path))

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return FileReader(BatchTake(), status, content_type)


class BatchObjectTake:
    """How far a batch is, or several of a list; no answer stands here."""

    arrays_stream = False

    def whole(self, body: Record, draft: Draft) -> None:
        listed = rows(body.get("data"))
        for group, batch in enumerate(listed[:_SHOWN]):
            draft.add((group, 0), "text", _line(batch))
        if listed or body.get("object") == "list":
            return
        draft.name(body.get("model"), body.get("id"))
        status = string(body.get("status"))
        draft.finished(status)
        draft.add((0, 0), "text", _line(body))
        errors = body.get("errors")
        told = rows(errors.get("data") if isinstance(errors, dict) else errors)
        if status.lower() == "failed" or told:
            first = told[0] if told else {}
            message = string(first.get("message")) or "The batch failed."
            draft.error = None  # the shared reader took the whole list for its words
            draft.failed(message, short(first.get("code")))

    def event(self, name: str, body: Record, draft: Draft) -> None:
        self.whole(body, draft)

    def end(self, draft: Draft) -> None:
        """A batch does not stream."""


def _line(batch: Record) -> str:
    """`batch_1: completed, {"total":2,"completed":2,"failed":0}, results: file-2`."""
    told = [string(batch.get("status")) or "unknown"]
    if counts := record(batch.get("request_counts")):
        told.append(dump(counts))
    for label, names in _FILES.items():
        files = [string(batch.get(name)) for name in names]
        told += [f"{label}: {file}" for file in files if file]
    return f"{string(batch.get('id'))}: {', '.join(told)}"


def _asked(outer: Members) -> list[str]:
    """Where the requests are, and what they are for."""
    files = outer.get("input_files")
    given = [outer.get("endpoint"), outer.get("input_file_id")]
    given += files if isinstance(files, list) else []
    return [text for text in map(string, given) if text]
