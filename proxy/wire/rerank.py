"""Rerank, which everybody spells nearly alike: Cohere, Jina, Voyage, vLLM, DashScope.

A query and documents in, a list of index and score out, under `results` (Cohere, Jina,
vLLM, Together) or `data` (Voyage), or alone (Hugging Face's TEI). Cohere bills search
units, the others tokens (docs.cohere.com, jina.ai/reranker, docs.voyageai.com,
docs.vllm.ai, API references). Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from proxy.wire.answered import Expects
from proxy.wire.base import Message, Part, RequestFacts, ResponseReader
from proxy.wire.cohere_usage import take_meta
from proxy.wire.draft import Draft
from proxy.wire.heard import PREVIEW
from proxy.wire.lenient import Record, clean, dump, folded, record, rows, string
from proxy.wire.members import Members
from proxy.wire.openai_chat import take_usage
from proxy.wire.reading import Reader

_PATH = re.compile(r"/(?:rerank|reranks|text-rerank|score)(?:/text-rerank)?$")
_SHOWN = 20
"""Documents and scores that are put in words."""


class Rerank:
    """`POST …/rerank`, `/v1/rerank`, `/v2/rerank`; vLLM's `/score` beside it."""

    name = "rerank"
    operation = "rerank"
    terminal_marks = ()

    def claims(self, method: str, path: str) -> bool:
        return method == "POST" and _PATH.search(path) is not None

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        outer = Members(body)
        return RequestFacts(
            model=outer.short("model"),
            preview=folded(_query(_asked(outer)), PREVIEW),
            notes=tuple(outer.notes.items),
        )

    def read_messages(self, body: bytes) -> Sequence[Message]:
        asked = _asked(Members(body))
        texts = [_query(asked), *_documents(asked)]
        parts = tuple(Part(kind="text", text=clean(text)) for text in texts if text)
        return [Message(role="user", parts=parts)] if parts else []

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(RerankTake(), status, content_type, Expects.JSON)


class RerankTake:
    """Scores in words, and what they used."""

    arrays_stream = True
    """TEI answers with the list alone."""

    def __init__(self) -> None:
        self._ranked: list[Record] = []

    def whole(self, body: Record, draft: Draft) -> None:
        draft.name(body.get("model"), body.get("id") or body.get("request_id"))
        output = record(body.get("output")) or body  # DashScope's own
        ranked = rows(output.get("results")) or rows(output.get("data"))
        _show(ranked, draft)
        take_usage([body.get("usage")], {}, draft)
        take_meta(body, draft)

    def event(self, name: str, body: Record, draft: Draft) -> None:
        self._ranked.append(body)

    def end(self, draft: Draft) -> None:
        """A list is whole with its last row: it does not stream."""
        draft.is_stream, draft.terminal_seen = False, None
        _show(self._ranked, draft)


def _show(ranked: list[Record], draft: Draft) -> None:
    lines = [_line(place, item) for place, item in enumerate(ranked[:_SHOWN])]
    if len(ranked) > _SHOWN:
        lines.append(f"and {len(ranked) - _SHOWN} more")
    draft.add((0, 0), "text", "\n".join(lines))


def _line(place: int, item: Record) -> str:
    index = item.get("index", item.get("corpus_id", place))
    score = item.get("relevance_score", item.get("score"))
    return f"{dump(index)}: {dump(score)}"


def _asked(outer: Members) -> Record:
    """DashScope's own API puts query and documents under `input`."""
    inner = outer.record("input")
    return inner or outer.whole()


def _query(asked: Record) -> str:
    for name in ("query", "text_1", "queries"):
        value = asked.get(name)
        value = value[0] if isinstance(value, list) and value else value
        if text := string(value) or string(record(value).get("text")):
            return text
    return ""


def _documents(asked: Record) -> list[str]:
    for name in ("documents", "texts", "text_2"):
        value = asked.get(name)
        if isinstance(value, str):
            return [value]
        if isinstance(value, list):
            return [_document(item) for item in value[:_SHOWN]]
    return []


def _document(item: object) -> str:
    return (
        item
        if isinstance(item, str)
        else string(record(item).get("text")) or dump(item)
    )
