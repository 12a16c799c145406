"""The results of a batch: one answer a line, each in the shape of the API it was for.

OpenAI and those who speak like it put a response into each line (`custom_id`,
`response.body`), Anthropic a result (`custom_id`, `result.message`), Gemini a response
with its key. The formats of `openai_batches.py`, `anthropic_batches.py` and
`gemini_batches.py` share this. What the answers used is summed: they are different
ones; it counts once, however often the file is fetched. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from pricing.usage import Pass, Usage, summed_usage
from proxy.wire.anthropic_messages import MessageTake
from proxy.wire.base import Message, Part, ResponseFacts, ResponseReader
from proxy.wire.draft import MAX_CALLS, Draft
from proxy.wire.faults import fault_in
from proxy.wire.gemini import GeminiTake
from proxy.wire.lenient import Record, clean, record, rows, string
from proxy.wire.openai_chat import ChatTake
from proxy.wire.openai_completions import CompletionTake
from proxy.wire.openai_embeddings import EmbeddingsTake
from proxy.wire.reading import Reader, Take
from proxy.wire.responses_stream import ResponsesTake
from proxy.wire.stream_types import UNTYPED, media_type

Asked = TypeVar("Asked")
BATCH_TIER = "batch"
"""The service tier by which these answers are billed: half the price, mostly."""
_SHOWN = MAX_CALLS // 2
SHOWN = 20
"""Requests of a batch, or batches of a list, that a page has."""


class BatchTake:
    """Each line of a file of results; anything else in a file is left alone."""

    arrays_stream = False

    def __init__(self) -> None:
        self._lines = 0
        self._failed = 0
        self._usages: list[Usage] = []
        self._passes: list[Pass] = []

    def whole(self, body: Record, draft: Draft) -> None:
        """A file of one line."""
        self.event("", body, draft)
        self.end(draft)

    def event(self, name: str, body: Record, draft: Draft) -> None:
        if not is_result(body):
            return
        self._lines += 1
        self.take(body, draft)

    def take(self, line: Record, draft: Draft) -> None:
        """One result: its parts, and its usage into the sum."""
        facts = _read(answer_in(line))
        why = _why_not(line, facts)
        self._failed += bool(why)
        if facts.usage.is_reported:
            parts = facts.passes or (Pass(facts.usage),)
            model = facts.model or ""
            self._passes += [Pass(part.usage, part.model or model) for part in parts]
            self._usages.append(facts.usage)
        draft.name(facts.model, None)
        if len(draft.blocks) < _SHOWN:
            draft.take(len(draft.blocks), _parts(label_of(line), facts, why))

    def end(self, draft: Draft) -> None:
        """A file doesn't stream, and its lines' errors are not its own."""
        draft.is_stream, draft.terminal_seen = False, None
        draft.content_offsets.clear()
        if not self._lines:
            draft.notes.items.clear()  # it is some other file
            return
        draft.error = draft.error_type = None
        self.close(draft)

    def close(self, draft: Draft) -> None:
        """What all the answers come to."""
        draft.usage = summed_usage(self._usages)
        draft.passes = tuple(self._passes)  # each is in a tier by itself
        draft.counts_once = draft.usage.is_reported
        draft.name(None, None, BATCH_TIER)
        if self._failed:
            failed = f"{self._failed} of the batch's {self._lines} requests failed."
            draft.notes.add(failed)


def first_of(
    requests: Sequence[Asked], read: Callable[[Asked], Iterable[Message]]
) -> list[Message]:
    """The messages of a batch's first requests, and how many more there are."""
    found = [message for each in requests[:SHOWN] for message in read(each)]
    if len(requests) > SHOWN:
        found.append(labelled(f"and {len(requests) - SHOWN} more"))
    return found


def labelled(text: str) -> Message:
    """A line between the requests of a batch."""
    return Message(role="system", parts=(Part(kind="text", text=clean(text)),))


def is_result(line: Record) -> bool:
    has_name = "custom_id" in line or "key" in line
    return has_name and ("response" in line or "result" in line or "error" in line)


def answer_in(line: Record) -> Record:
    """The answer in a line, {} where the request failed."""
    response = record(line.get("response"))
    if "body" in response:
        return record(response["body"])
    return record(record(line.get("result")).get("message")) or response


def label_of(line: Record) -> str:
    key = line.get("custom_id") or line.get("key")
    return clean(string(key or record(line.get("metadata")).get("key")))[:200]


def _why_not(line: Record, facts: ResponseFacts) -> str:
    """Why a request of the batch has no answer; "" when it has."""
    result = record(line.get("result"))
    # Anthropic puts the whole body of an error into the result.
    told = (record(result.get("error")), result, line)
    if fault := next((found for each in told if (found := fault_in(each, 200))), None):
        return fault[0]
    kind = string(result.get("type"))
    return facts.error or (kind if kind not in ("", "succeeded") else "")


def _parts(label: str, facts: ResponseFacts, error: str) -> Iterator[Part]:
    if label:
        yield Part(kind="text", text=f"{label}:")
    if error:
        yield Part(kind="text", text=error)
    if facts.message is not None:
        yield from facts.message.parts


def _read(answer: Record) -> ResponseFacts:
    inner = Draft()
    if fault := fault_in(answer, 200):
        inner.failed(*fault)
    if take := _take_of(answer):
        take.whole(answer, inner)
    return inner.facts()


def _take_of(answer: Record) -> Take | None:
    """Whose shape an answer has."""
    if "candidates" in answer or "usageMetadata" in answer:
        return GeminiTake()
    if answer.get("type") == "message":
        return MessageTake()
    if isinstance(answer.get("output"), list):
        return ResponsesTake()
    if choices := rows(answer.get("choices")):
        is_text = isinstance(choices[0].get("text"), str)
        return CompletionTake() if is_text else ChatTake()
    return EmbeddingsTake() if "usage" in answer else None


class FileReader:
    """Reads a file's lines, whatever type it comes as; a file of bytes not at all."""

    def __init__(self, take: Take, status: int, content_type: str) -> None:
        self._take = take
        self._status = status
        self._type = content_type
        self._reader: ResponseReader | None = None

    def feed(self, chunk: bytes) -> None:
        if self._reader is None and chunk.strip():
            is_untyped = media_type(self._type) in (*UNTYPED, "")
            is_lines = is_untyped and chunk.lstrip().startswith(b"{")
            kind = "application/jsonl" if is_lines else self._type
            self._reader = Reader(self._take, self._status, kind)
        if self._reader is not None:
            self._reader.feed(chunk)

    def finish(self) -> ResponseFacts:
        if self._reader is None:
            return ResponseFacts()
        return self._reader.finish()
