"""From the journal's records of one exchange to the record that is stored.

Called by `proxy/recorder.py` for each exchange: reads the facts with the wire format
of the upstream path, asks for a quote, works out the timing. A parser that fails
becomes a note.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from pricing.book import PriceBook
from proxy.journal.format import Head, Tail
from proxy.journal.open_exchanges import OpenExchange
from proxy.recording import mended, told as elsewhere
from proxy.recording.bodies import bodies_of, body_of, header, hole_notes
from proxy.recording.client import client_key
from proxy.recording.facts import (
    answer_body,
    format_of,
    read_answer,
    read_request,
)
from proxy.recording.parts import (
    AnswerPart,
    HeadPart,
    PacePart,
    RequestPart,
    TailPart,
)
from proxy.recording.quoting import quote_of
from proxy.recording.served import served_part
from proxy.recording.session import told_session
from proxy.recording.texts import answer_texts
from proxy.recording.timing import output_rate, timing_of
from proxy.recording.wordless import wordless
from proxy.wire.base import RequestFacts, ResponseFacts, WireFormat
from proxy.wire.purposes import agent_of, told_by_header
from proxy.wire.talk import answer_to
from runs.detail import Told
from runs.record import CapturedBody, ExchangeRecord, InlineBody, Outcome, Side

SO_FAR = 1024 * 1024
"""Bytes of a running answer that are read again every two seconds."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def pending(exchange: OpenExchange) -> ExchangeRecord:
    """The record of an exchange that is still going on."""
    head = exchange.head
    bodies: dict[Side, CapturedBody] = {}
    if head.request_body:  # all others are still growing
        inline = InlineBody(head.request_body)
        bodies[Side.REQUEST] = body_of(Side.REQUEST, inline, head, None)
    form = format_of(head)
    asked = read_request(form, head, bodies.get(Side.REQUEST))
    record = ExchangeRecord(
        **_of_head(head, form),
        **_of_request(asked, head),
        outcome=Outcome.PENDING,
        is_stream=asked.stream,
        images=asked.images,
        notes=asked.notes,
        bodies=_kept(head, bodies),
    )
    return record if head.keep_bodies else wordless(record)


def so_far(exchange: OpenExchange) -> ExchangeRecord:
    """The record of one that goes on, with what has come of its answer."""
    record, known = pending(exchange), exchange.checkpoint
    if known is None:
        return record
    body = bodies_of(exchange, known).get(Side.RESPONSE)
    if body is None or len(body.source) > SO_FAR or not exchange.head.keep_bodies:
        return record
    facts = read_answer(format_of(exchange.head), known, {Side.RESPONSE: body})
    parts = facts.message.parts if facts.message else ()
    told = (part.text or part.name for part in parts)
    return replace(record, answer_so_far="\n\n".join(filter(None, told)))


def finished(exchange: OpenExchange, tail: Tail, book: PriceBook) -> ExchangeRecord:
    """The record of an exchange that is over."""
    told = (*tail.notes, *hole_notes(exchange, tail), *mended.warnings(tail.fixes))
    return read(exchange.head, tail, bodies_of(exchange, tail), told, book)


def read(
    head: Head,
    tail: Tail,
    bodies: dict[Side, CapturedBody],
    told: tuple[str, ...],
    book: PriceBook,
    imported: Told | None = None,
) -> ExchangeRecord:
    """What was captured, as today's readers read it; `told` are the capture's notes.
    `imported` is what another product says of a request that came from it."""
    form = format_of(head)
    asked = read_request(form, head, bodies.get(Side.REQUEST))
    facts = read_answer(form, tail, bodies)
    facts = mended.as_the_client_got_it(facts, form, tail, bodies)
    of_tail, pace = _of_tail(tail), _pace(asked, facts, tail, bodies)
    if imported is not None:
        asked = elsewhere.asked(asked, imported)
        facts = elsewhere.answered(facts, imported, bodies)
        of_tail, pace = elsewhere.times(of_tail, pace, imported, facts.usage.output)
    of_head = _of_head(head, form)
    quote = quote_of(book, of_head, asked, facts, tail.status)
    record = ExchangeRecord(
        **of_head,
        **_of_request(asked, head),
        **of_tail,
        **_of_answer(asked, facts, tail),
        **served_part(of_head, asked, facts, book),
        **pace,
        is_stream=facts.is_stream,
        images=asked.images + facts.images,
        notes=(*asked.notes, *told, *facts.notes),
        capture_notes=told,
        fixes=tuple(tail.fixes),
        bodies=_kept(head, bodies),
        quote=None if imported is not None and imported.is_free else quote,
        imported=imported,
    )
    return record if head.keep_bodies else wordless(record)


def _kept(head: Head, bodies: dict[Side, CapturedBody]) -> tuple[CapturedBody, ...]:
    return tuple(bodies.values()) if head.keep_bodies else ()


def _of_head(head: Head, form: WireFormat) -> HeadPart:
    return {
        "uid": UUID(bytes=head.uid),
        "started_at": _EPOCH + timedelta(microseconds=head.started_us),
        "method": head.method,
        "path": head.path,
        "query": head.query,
        "client": head.client,
        "user_agent": header(head.headers, "user-agent"),
        "request_headers": tuple(head.headers),
        "provider": head.provider,
        "route": head.route,
        "reason": head.reason,
        "upstream_url": head.upstream_url,
        "sent_headers": tuple(head.sent_headers),
        "upstream_model": head.upstream_model,
        "wire_format": form.name,
        "operation": form.operation,
        "resend_of": UUID(bytes=head.resend_of) if head.resend_of else None,
        "run_key": head.run_key,
        "run_name": head.run_name,
        "before": UUID(bytes=head.before) if head.before else None,
    }


def _of_request(facts: RequestFacts, head: Head) -> RequestPart:
    told = told_session(head.headers)
    named = told_by_header(head.headers)
    rule = "header" if named else "text" if facts.purpose else ""
    return {
        "model": facts.model or "",
        "tools_offered": facts.tools_offered,
        "preview": facts.preview,
        "temperature": facts.temperature,
        "max_tokens": facts.max_tokens,
        "news": facts.news,
        "client_key": client_key(head.headers, head.query),
        "session": told.key if told else facts.session_hint or "",
        "session_rule": told.rule if told else facts.session_rule,
        "previous_response_id": facts.previous_response_id or "",
        "history": facts.history,
        "turn": facts.turn,
        "answers": facts.answers,
        "is_resumed": facts.is_resumed,
        "has_words": facts.has_words,
        "is_structured": facts.is_structured,
        "said": facts.said,
        "own_said": facts.own_said,
        "words_before": facts.words_before,
        "purpose": named or facts.purpose,
        "purpose_rule": rule,
        "agent": agent_of(head.headers),
        "system_hash": facts.system_hash,
        "tools_hash": facts.tools_hash,
        "effort": facts.effort,
        "newest": facts.newest,
    }


def _of_tail(tail: Tail) -> TailPart:
    return {
        "status": tail.status or None,
        "response_headers": tuple(tail.response_headers),
        "connection_ms": tail.duration_us / 1000,
        "upstream_ms": _ms(tail.upstream_us),
        "first_byte_ms": _ms(tail.first_byte_us),
        "chunk_count": tail.chunk_count,
        "chunk_times": tail.chunk_times,
        "overhead_ms": _ms(tail.own_us),
        "after": UUID(bytes=tail.after) if tail.after else None,
    }


def _of_answer(asked: RequestFacts, facts: ResponseFacts, tail: Tail) -> AnswerPart:
    outcome = _outcome(tail.outcome, facts)
    return {
        "outcome": outcome,
        "is_success": _is_success(outcome, tail.status, facts),
        "response_model": facts.model or "",
        "response_id": asked.answer_id or facts.response_id or "",
        "counts_once": facts.counts_once,
        "finish_reason": facts.finish_reason or "",
        "error": tail.error or facts.error or "",
        "error_code": tail.error_code or facts.error_type or "",
        "usage": facts.usage,
        "reported_cost_usd": facts.reported_cost_usd,
        "service_tier": facts.service_tier or "",
        "speed": facts.speed or "",
        "region": facts.region or "",
        "tool_calls": facts.tool_calls,
        "answer_preview": _answer_preview(facts),
        "answer_texts": answer_texts(facts),
        "answer": answer_to(asked.history, facts.message),
    }


def _pace(
    asked: RequestFacts,
    facts: ResponseFacts,
    tail: Tail,
    bodies: dict[Side, CapturedBody],
) -> PacePart:
    timing = timing_of(tail.chunk_times, facts, answer_body(bodies))
    # An error in place of the end, or no end: until nothing more could come.
    end = tail.duration_us / 1000 if timing.end_ms is None else timing.end_ms
    # A fetched answer was made before: how long that took, nobody saw.
    rate = None if asked.answer_id else output_rate(facts, timing.ttft_ms, end)
    return {
        "duration_ms": end,
        "ttft_ms": timing.ttft_ms,
        "ttfo_ms": timing.ttfo_ms,
        "gap_median_ms": timing.gap_median_ms,
        "gap_max_ms": timing.gap_max_ms,
        "output_tokens_per_s": rate,
    }


def _ms(us: int) -> float | None:
    return us / 1000 if us >= 0 else None


def _outcome(outcome: Outcome, facts: ResponseFacts) -> Outcome:
    # Codex, the OpenAI SDK and others hang up as soon as they have the terminal event.
    if outcome in (Outcome.CLIENT_GONE, Outcome.INTERRUPTED) and facts.terminal_seen:
        return Outcome.COMPLETED
    # An error in its place ends a stream for them as well.
    if outcome is Outcome.CLIENT_GONE and facts.is_stream and facts.error is not None:
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
    said = ("text", "audio")  # of what is spoken, the transcript
    text = " ".join(part.text[:800] for part in parts if part.kind in said)
    begun = _on_one_line(text[:500])  # enough, unless it is full of blanks
    return begun if len(begun) == 400 else _on_one_line(text[:1600])


def _on_one_line(text: str) -> str:
    return " ".join(text.split())[:400]
