"""Google Gemini, on the Gemini API, Vertex and Gemini CLI's code assist.

A stream is SSE with `alt=sse` and a JSON array without; its last object carries a
`finishReason` (or says why the prompt was blocked). Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Raw

from pricing.usage import Unit
from proxy.wire.answer_block import Slot
from proxy.wire.answered import Expects
from proxy.wire.base import Message, Part, PartKind, RequestFacts, ResponseReader
from proxy.wire.draft import Draft
from proxy.wire.gemini_calls import CallPieces
from proxy.wire.gemini_contents import read_content, read_part
from proxy.wire.gemini_names import in_camel_case
from proxy.wire.gemini_paths import gemini_path, has_verb
from proxy.wire.gemini_usage import GROWING, grounding_units, only_grew, read_usage
from proxy.wire.lenient import (
    Record,
    clean,
    dump,
    load,
    load_record,
    record,
    rows,
    short,
    string,
)
from proxy.wire.members import Members
from proxy.wire.openai_models import NothingTake
from proxy.wire.plain import gemini_event
from proxy.wire.raw_messages import read_all
from proxy.wire.reading import Reader
from proxy.wire.talk import read_talk
from proxy.wire.usage_dialects import at_openai
from proxy.wire.usage_merging import merged

_SYSTEM = ("systemInstruction", "system_instruction")


class GeminiGenerate:
    """`POST …/models/M:generateContent` and `:streamGenerateContent`."""

    name = "gemini-generate"
    operation = "chat"
    terminal_marks: tuple[bytes, ...] = (b'"finishReason"', b'"blockReason"')
    verbs: tuple[str, ...] = ("generateContent", "streamGenerateContent")

    def claims(self, method: str, path: str) -> bool:
        return has_verb(method, path, self.verbs)

    def read_request(self, body: bytes, path: str) -> RequestFacts:
        outer = Members(body)
        inner = _unwrapped(outer)
        where = gemini_path(path)
        return read_talk(
            inner,
            _with_system(inner, _contents(inner)),
            read_content,
            model=short(where.model if where else None) or _model(outer),
            stream=where is not None and where.verb == "streamGenerateContent",
            tools_offered=_tools(inner),
        )

    def read_messages(self, body: bytes) -> Sequence[Message]:
        inner = _unwrapped(Members(body))
        raws = _with_system(inner, _contents(inner))
        return read_all(raws, read_content)

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(GeminiTake(), status, content_type, Expects.CONTENT)


class GeminiCountTokens(GeminiGenerate):
    """`POST …/models/M:countTokens`: counts, uses nothing."""

    name = "gemini-count-tokens"
    operation = "count_tokens"
    terminal_marks = ()
    verbs = ("countTokens",)

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(NothingTake(), status, content_type, Expects.JSON)


class GeminiEmbed(GeminiGenerate):
    """`POST …/models/M:embedContent` and `:batchEmbedContents`."""

    name = "gemini-embed"
    operation = "embeddings"
    terminal_marks = ()
    verbs = ("embedContent", "batchEmbedContents")

    def reader(self, status: int, content_type: str) -> ResponseReader:
        return Reader(GeminiTake(), status, content_type, Expects.JSON)


class GeminiTake:
    """Each object of a stream has the shape of a whole answer."""

    arrays_stream = True
    growing = GROWING

    def __init__(self) -> None:
        self._calls: dict[int, CallPieces] = {}
        self._units: tuple[Unit, ...] = ()
        self._told: Mapping[str, Raw] = {}
        """The usage of the plain event before; each brings one."""
        self._is_counted = True

    def whole(self, body: Record, draft: Draft) -> None:
        self._count_told(draft)
        self._told = {}
        inner = body.get("response")
        body = in_camel_case(inner if isinstance(inner, dict) else body)
        draft.name(body.get("modelVersion"), body.get("responseId"))
        for place, candidate in enumerate(rows(body.get("candidates"))):
            self._candidate(candidate, place, draft)
        if not draft.is_stream:
            self.end(draft)
        if blocked := record(body.get("promptFeedback")).get("blockReason"):
            draft.finished(blocked)
            draft.terminal_seen = True if draft.is_stream else None
        if usage := record(body.get("usageMetadata")):
            self._count(usage, draft)
        elif usage := record(body.get("usage")):  # a gateway that speaks OpenAI's
            draft.told = merged(draft.told, usage)
            draft.usage = at_openai(draft.told, draft.notes)
        self._grounded(body, draft)

    def plain(self, name: bytes, data: bytes, draft: Draft) -> bool:
        event = gemini_event(data)
        told = event.usageMetadata or self._told
        is_more = told is self._told or only_grew(self._told, told)
        usage = {} if is_more else _decoded(told)
        draft.name(event.modelVersion, event.responseId)
        for part in event.candidates[0].content.parts:
            kind: PartKind = "reasoning" if part.thought else "text"
            draft.add(_slot_of(kind, draft), kind, clean(part.text))
        if not is_more:
            self._count_told(draft)
            self._count(usage, draft)
            self._ground(draft)
        self._is_counted = self._is_counted and (told is self._told or not is_more)
        self._told = told
        return True

    def event(self, name: str, body: Record, draft: Draft) -> None:
        self.whole(body, draft)

    def end(self, draft: Draft) -> None:
        """`finishReason` ends a stream; what it left open is complete now."""
        self._count_told(draft)
        for index, pieces in self._calls.items():
            pieces.end(draft.choice(index))

    def _count_told(self, draft: Draft) -> None:
        """Of usages that only grew, the last."""
        if not self._is_counted:
            self._is_counted = True
            self._count(_decoded(self._told), draft)
            self._ground(draft)

    def _count(self, usage: Record, draft: Draft) -> None:
        draft.told = merged(draft.told, usage)
        draft.usage = read_usage(draft.told, draft.notes)
        tier = usage.get("serviceTier") or usage.get("trafficType")
        draft.name(None, None, tier)

    def _grounded(self, body: Record, draft: Draft) -> None:
        """Searches are told once, mostly with the last piece of a stream."""
        if units := tuple(grounding_units(body)):
            self._units = units
        self._ground(draft)

    def _ground(self, draft: Draft) -> None:
        if self._units and not draft.usage.units:
            draft.usage = draft.usage.with_units(*self._units)

    def _candidate(self, candidate: Record, place: int, draft: Draft) -> None:
        index = candidate.get("index", place)
        index = index if type(index) is int else place
        own, reason = draft.choice(index), candidate.get("finishReason")
        calls = self._calls.setdefault(index, CallPieces())
        for item in rows(record(candidate.get("content")).get("parts")):
            call = item.get("functionCall", item.get("function_call"))
            if isinstance(call, dict) and not item.get("text"):
                calls.read(call, own.next_slot(), own)
            elif part := read_part(item):
                _append(part, own, is_last=bool(reason))
        if reason:
            own.finished(reason)
            draft.terminal_seen = True if draft.is_stream else None


def _append(part: Part, draft: Draft, *, is_last: bool) -> None:
    """Text goes on in the last block of its kind, anything else is a new block."""
    if part.kind in ("text", "reasoning"):
        slot = _slot_of(part.kind, draft)
        known = draft.blocks.get(slot) if is_last else None
        if known is None or known.kind != part.kind or not known.is_all(part.text):
            draft.add(slot, part.kind, part.text)
        return
    slot = draft.next_slot()
    if part.kind == "tool_call":
        if draft.call(slot, part.name, part.call_id) is not None:
            draft.add(slot, "tool_call", part.text)
    elif part.source:
        draft.media(slot, part.kind, part.mime_type, part.source)
    else:
        block = draft.add(slot, part.kind, part.text)
        if block is not None:
            block.name, block.call_id = part.name, part.call_id


def _slot_of(kind: PartKind, draft: Draft) -> Slot:
    """Where text goes on: in the last block, if that is of its kind."""
    last = max(draft.blocks, default=None)
    if last is not None and draft.blocks[last].kind == kind:
        return last
    return draft.next_slot()


def _decoded(usage: Mapping[str, Raw]) -> Record:
    return {name: load(bytes(value)) for name, value in usage.items()}


def _unwrapped(outer: Members) -> Members:
    """Code assist puts the real request under `request`."""
    inner = outer.raw("request")
    if not inner.startswith(b"{"):
        return outer
    body = Members(inner)
    body.notes = outer.notes
    return body


def _model(outer: Members) -> str | None:
    model = string(outer.get("model"))
    return short(model.removeprefix("models/"))


def _contents(body: Members) -> list[bytes]:
    """The turns: a list, one turn, a plain text, or an embedding's content."""
    for name in ("contents", "content"):
        raw = body.raw(name)
        if raw.startswith(b"["):
            return body.elements(name)
        if raw.startswith(b"{"):
            return [raw]
        if raw.startswith(b'"'):
            return [b'{"parts":[{"text":' + raw + b"}]}"]
    requests = (load_record(raw) or {} for raw in body.elements("requests"))
    return [dump(record(each.get("content"))).encode() for each in requests]


def _with_system(body: Members, contents: list[bytes]) -> list[bytes]:
    for name in _SYSTEM:
        raw = body.raw(name)
        if raw.startswith(b"{"):
            return [b'{"role":"system",' + _without_role(raw) + b"}", *contents]
        if raw.startswith(b'"'):
            return [b'{"role":"system","parts":[{"text":' + raw + b"}]}", *contents]
    return contents


def _without_role(raw: bytes) -> bytes:
    parts = Members(raw).raw("parts")
    return b'"parts":' + (parts or b"[]")


def _tools(body: Members) -> int:
    """Declared functions, and built-in tools as one each."""
    offered = 0
    for tool in rows(body.get("tools")):
        names = ("functionDeclarations", "function_declarations")
        declared = next((tool[name] for name in names if name in tool), None)
        offered += len(declared) if isinstance(declared, list) else len(tool)
    return offered
