"""From the journal's records of one exchange to the record that is stored.

Called by `proxy/recorder.py` for each exchange: reads the facts with the wire format
of the upstream path, asks for a quote, works out the timing. A parser that fails
becomes a note.
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise
from statistics import median
from typing import Any
from uuid import UUID

from pricing.book import PriceBook
from pricing.quote import Quote
from proxy.journal_format import BodyTail, Head, Pairs, Tail
from proxy.open_exchanges import OpenExchange
from proxy.segments import SpooledBody
from proxy.session import told_session
from proxy.wire import format_for
from proxy.wire.base import RequestFacts, ResponseFacts, WireFormat
from runs.decoding import decode
from runs.record import (
    BodySource,
    CapturedBody,
    ExchangeRecord,
    InlineBody,
    Outcome,
    Side,
)

# Larger bodies are kept and shown, but not read for facts in one piece.
READABLE = 48 * 1024 * 1024
_READABLE_TYPES = ("json", "event-stream", "ndjson", "text/", "jsonl")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Too few chunks or too short a time say nothing about the speed of generation.
_FEWEST_CHUNKS = 8
_SHORTEST_MS = 100.0
# Operations that cost nothing when the answer reports no usage.
_FREE = frozenset({"models", "count_tokens", "raw", "files"})

Fields = dict[str, Any]
"""Some of `ExchangeRecord`'s fields; a record is made once, from all of them."""


@dataclass(frozen=True, slots=True)
class Timing:
    """What the chunk times of an answer tell."""

    ttft_ms: float | None = None
    gap_median_ms: float | None = None
    gap_max_ms: float | None = None


def pending(exchange: OpenExchange) -> ExchangeRecord:
    """The record of an exchange that is still going on."""
    head = exchange.head
    bodies: dict[str, CapturedBody] = {}
    if head.request_body:  # all others are still growing
        bodies["request"] = _body("request", InlineBody(head.request_body), head, None)
    form = _format(head)
    return ExchangeRecord(
        **_of_head(head, form),
        **_of_request(_read_request(form, head, bodies.get("request")), head),
        outcome=Outcome.PENDING,
        bodies=_kept(head, bodies),
    )


def finished(exchange: OpenExchange, tail: Tail, book: PriceBook) -> ExchangeRecord:
    """The record of an exchange that is over."""
    head = exchange.head
    bodies = _bodies(exchange, tail)
    form = _format(head)
    asked = _read_request(form, head, bodies.get("request"))
    facts = _read_answer(form, tail, bodies)
    fields = {
        **_of_head(head, form),
        **_of_request(asked, head),
        **_of_tail(tail),
        **_of_answer(facts, asked, tail),
    }
    return ExchangeRecord(
        **fields, bodies=_kept(head, bodies), quote=_quote(book, fields, facts)
    )


def _kept(head: Head, bodies: dict[str, CapturedBody]) -> tuple[CapturedBody, ...]:
    return tuple(bodies.values()) if head.keep_bodies else ()


def _of_head(head: Head, form: WireFormat) -> Fields:
    return {
        "uid": UUID(bytes=head.uid),
        "started_at": _EPOCH + timedelta(microseconds=head.started_us),
        "method": head.method,
        "path": head.path,
        "query": head.query,
        "client": head.client,
        "user_agent": _header(head.headers, "user-agent"),
        "request_headers": tuple(head.headers),
        "provider": head.provider,
        "route": head.route,
        "reason": head.reason,
        "upstream_url": head.upstream_url,
        "sent_headers": tuple(head.sent_headers),
        "upstream_model": head.upstream_model,
        "wire_format": form.name,
        "operation": form.operation,
    }


def _of_request(facts: RequestFacts, head: Head) -> Fields:
    told = told_session(head.headers)
    return {
        "model": facts.model or "",
        "is_stream": facts.stream,
        "tools_offered": facts.tools_offered,
        "images": facts.images,
        "preview": facts.preview,
        "session": told.key if told else facts.session_hint or "",
        "session_rule": told.rule if told else facts.session_rule,
        "previous_response_id": facts.previous_response_id or "",
        "history": facts.history,
        "turn": facts.turn,
        "notes": facts.notes,
    }


def _of_tail(tail: Tail) -> Fields:
    return {
        "status": tail.status or None,
        "response_headers": tuple(tail.response_headers),
        "duration_ms": tail.duration_us / 1000,
        "upstream_ms": _ms(tail.upstream_us),
        "first_byte_ms": _ms(tail.first_byte_us),
        "chunk_count": tail.chunk_count,
        "chunk_times": tail.chunk_times,
    }


def _of_answer(facts: ResponseFacts, asked: RequestFacts, tail: Tail) -> Fields:
    outcome = _outcome(Outcome(tail.outcome), facts)
    encoded = _header(tail.response_headers, "content-encoding")
    timing = _timing(tail.chunk_times, None if encoded else facts.first_content_offset)
    ttft = timing.ttft_ms if facts.is_stream else _ms(tail.first_byte_us)
    return {
        "outcome": outcome,
        "is_stream": facts.is_stream,
        "is_success": _is_success(outcome, tail.status, facts),
        "response_model": facts.model or "",
        "response_id": facts.response_id or "",
        "finish_reason": facts.finish_reason or "",
        "error": tail.error or facts.error or "",
        "error_code": tail.error_code or facts.error_type or "",
        "ttft_ms": ttft,
        "gap_median_ms": timing.gap_median_ms,
        "gap_max_ms": timing.gap_max_ms,
        "output_tokens_per_s": _rate(tail, facts, ttft),
        "usage": facts.usage,
        "reported_cost_usd": facts.reported_cost_usd,
        "service_tier": facts.service_tier or "",
        "tool_calls": facts.tool_calls,
        "images": asked.images + facts.images,
        "answer_preview": _answer_preview(facts),
        "notes": (*asked.notes, *tail.notes, *facts.notes),
    }


def _quote(book: PriceBook, fields: Fields, facts: ResponseFacts) -> Quote | None:
    """None for requests that can't cost anything, such as a list of models."""
    operation = fields["operation"]
    if not facts.usage.is_reported and operation in _FREE:
        return None
    models = (facts.model or "", fields["upstream_model"], fields["model"])
    return book.quote(
        fields["provider"],
        models,
        facts.usage,
        fields["started_at"],
        operation,
        service_tier=facts.service_tier or "",
    )


def _ms(us: int) -> float | None:
    return us / 1000 if us >= 0 else None


def _outcome(outcome: Outcome, facts: ResponseFacts) -> Outcome:
    # Codex, the OpenAI SDK and others hang up as soon as they have the terminal event.
    if outcome in (Outcome.CLIENT_GONE, Outcome.INTERRUPTED) and facts.terminal_seen:
        return Outcome.COMPLETED
    return outcome


def _is_success(outcome: Outcome, status: int, facts: ResponseFacts) -> bool:
    return (
        outcome is Outcome.COMPLETED
        and 200 <= status < 300
        and facts.error is None
        and facts.terminal_seen is not False
    )


def _answer_preview(facts: ResponseFacts) -> str:
    parts = facts.message.parts if facts.message else ()
    text = " ".join(part.text[:800] for part in parts if part.kind == "text")
    return " ".join(text[:1600].split())[:400]


def _timing(packed: bytes, content_offset: int | None) -> Timing:
    if not packed:
        return Timing()
    numbers = struct.unpack(f"<{len(packed) // 4}I", packed)
    times, sizes = numbers[::2], numbers[1::2]
    first = 0
    if content_offset is not None:
        ends = list(accumulate(sizes))
        first = min(bisect_left(ends, content_offset), len(times) - 1)
    gaps = [later - sooner for sooner, later in pairwise(times)]
    return Timing(
        ttft_ms=times[first] / 1000,
        gap_median_ms=median(gaps) / 1000 if gaps else None,
        gap_max_ms=max(gaps) / 1000 if gaps else None,
    )


def _rate(tail: Tail, facts: ResponseFacts, ttft: float | None) -> float | None:
    """Output tokens per second of generation, or of the whole where that can't be
    told apart."""
    output = facts.usage.output
    if not output or not tail.duration_us:
        return None
    spent = tail.duration_us / 1000
    generating = spent - (ttft or 0.0)
    long_enough = tail.chunk_count >= _FEWEST_CHUNKS
    if facts.is_stream and long_enough and generating > _SHORTEST_MS:
        spent = generating
    return output / (spent / 1000)


def _format(head: Head) -> WireFormat:
    return format_for(head.method, head.upstream_path or head.path)


def _read_request(
    form: WireFormat, head: Head, body: CapturedBody | None
) -> RequestFacts:
    path = head.upstream_path or head.path
    try:
        data, note = _plain(body) if body and not body.is_cut else (b"", None)
        facts = form.read_request(data, path)
    except Exception as error:  # a parser bug must never lose the request
        return RequestFacts(notes=(f"Request not understood: {error!r}",))
    return replace(facts, notes=(*facts.notes, note)) if note else facts


def _read_answer(
    form: WireFormat, tail: Tail, bodies: dict[str, CapturedBody]
) -> ResponseFacts:
    body = bodies.get("received") or bodies.get("response")
    content_type = _header(tail.response_headers, "content-type")
    try:
        reader = form.reader(tail.status, content_type)
        note = None
        if body is not None and _is_readable(body, content_type):
            data, note = _plain(body)
            reader.feed(data)
        facts = reader.finish()
        if body is not None and body.is_cut:
            # Its end may well have come: it just wasn't kept.
            facts = replace(facts, terminal_seen=None)
    except Exception as error:  # a parser bug must never lose the request
        return ResponseFacts(notes=(f"Answer not understood: {error!r}",))
    return replace(facts, notes=(*facts.notes, note)) if note else facts


def _is_readable(body: CapturedBody, content_type: str) -> bool:
    known = any(kind in content_type for kind in _READABLE_TYPES) or not content_type
    return known and len(body.source) <= READABLE


def _plain(body: CapturedBody) -> tuple[bytes, str | None]:
    """The captured bytes without their Content-Encoding; a cut body's beginning.

    What a cut body tells stands at its beginning (the model), and reading all of it
    would take a multiple of the capture limit in memory.
    """
    data = next(body.source.pieces(), b"") if body.is_cut else body.source.read()
    if not body.content_encoding:
        return data, None
    return decode(data, body.content_encoding)


def _bodies(exchange: OpenExchange, tail: Tail) -> dict[str, CapturedBody]:
    """Every captured body by side, the client's request first."""
    head = exchange.head
    tails = {each.side: each for each in tail.bodies}
    found: dict[str, CapturedBody] = {}
    if head.request_body:
        found["request"] = _body("request", InlineBody(head.request_body), head, tail)
    for side in dict.fromkeys((*tails, *exchange.spans)):
        spans = tuple(exchange.spans.get(side, ()))
        known = tails.get(side)
        rest = known.rest if known else b""
        source = SpooledBody(spans, rest) if spans else InlineBody(rest)
        found[side] = _body(side, source, head, tail, known)
    if head.request_size > 0 and "request" not in found:
        empty = InlineBody(b"")
        told = BodyTail("request", b"", head.request_size, 0, b"")
        found["request"] = _body("request", empty, head, tail, told)
    return found


def _body(
    side: str,
    source: BodySource,
    head: Head,
    tail: Tail | None,
    known: BodyTail | None = None,
) -> CapturedBody:
    upward = side in ("request", "sent")
    headers = head.headers if side == "request" else head.sent_headers
    if not upward:
        headers = tail.response_headers if tail else []
    return CapturedBody(
        side=Side(side),
        source=source,
        size=max(known.size, len(source)) if known else len(source),
        sha256=(known.sha256 or None) if known else None,
        content_type=_header(headers, "content-type"),
        content_encoding=_header(headers, "content-encoding"),
    )


def _header(headers: Pairs, name: str) -> str:
    for candidate, value in headers:
        if candidate == name:
            return value
    return ""
