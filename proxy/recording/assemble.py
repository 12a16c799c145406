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
from proxy.recording.bodies import bodies_of, body_of, hole_notes
from proxy.recording.facts import (
    answer_body,
    format_of,
    read_answer,
    read_request,
)
from proxy.recording.quoting import quote_of
from proxy.recording.request_headers import told_in
from proxy.recording.served import tell_serving
from proxy.recording.texts import answer_texts
from proxy.recording.timing import output_rate, timing_of
from proxy.recording.wordless import wordless
from proxy.wire.base import RequestFacts, ResponseFacts, WireFormat
from proxy.wire.lenient import on_one_line
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
    record = _begun(head, form, Outcome.PENDING)
    _tell_request(record, asked, head)
    record.is_stream = asked.stream
    record.images = asked.images
    record.notes = asked.notes
    record.bodies = _kept(head, bodies)
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
    record = _begun(head, form, tail.outcome)
    _tell_tail(record, tail)
    _tell_pace(record, asked, facts, tail, bodies)
    if imported is not None:
        asked = elsewhere.asked(asked, imported)
        facts = elsewhere.answered(facts, imported, bodies)
        elsewhere.tell_times(record, imported, facts.usage.output)
    _tell_request(record, asked, head)
    _tell_answer(record, asked, facts, tail)
    tell_serving(record, asked, facts, book)
    quote = quote_of(book, record, asked, facts, tail.status)
    record.quote = None if imported is not None and imported.is_free else quote
    record.is_stream = facts.is_stream
    record.images = asked.images + facts.images
    record.notes = (*asked.notes, *told, *facts.notes)
    record.capture_notes = told
    record.fixes = tuple(tail.fixes)
    record.bodies = _kept(head, bodies)
    record.imported = imported
    return record if head.keep_bodies else wordless(record)


def _kept(head: Head, bodies: dict[Side, CapturedBody]) -> tuple[CapturedBody, ...]:
    return tuple(bodies.values()) if head.keep_bodies else ()


def _begun(head: Head, form: WireFormat, outcome: Outcome) -> ExchangeRecord:
    """What was known when the request went upstream."""
    record = ExchangeRecord(
        uid=UUID(bytes=head.uid),
        started_at=_EPOCH + timedelta(microseconds=head.started_us),
        outcome=outcome,
        method=head.method,
        path=head.path,
    )
    record.query = head.query
    record.client = head.client
    record.request_headers = tuple(head.headers)
    record.provider = head.provider
    record.route = head.route
    record.reason = head.reason
    record.upstream_url = head.upstream_url
    record.sent_headers = tuple(head.sent_headers)
    record.upstream_model = head.upstream_model
    record.wire_format = form.name
    record.operation = form.operation
    record.resend_of = UUID(bytes=head.resend_of) if head.resend_of else None
    record.run_key = head.run_key
    record.run_name = head.run_name
    record.before = UUID(bytes=head.before) if head.before else None
    return record


def _tell_request(record: ExchangeRecord, facts: RequestFacts, head: Head) -> None:
    """What its headers say and its body asks for."""
    told = told_in(head.headers, head.query)
    record.user_agent = told.user_agent
    record.client_key = told.client_key
    record.session = told.session or facts.session_hint or ""
    record.session_rule = told.session_rule or facts.session_rule
    record.purpose = told.purpose or facts.purpose
    rule = "text" if facts.purpose else ""
    record.purpose_rule = "header" if told.purpose else rule
    record.agent = told.agent
    record.model = facts.model or ""
    record.tools_offered = facts.tools_offered
    record.preview = facts.preview
    record.temperature = facts.temperature
    record.max_tokens = facts.max_tokens
    record.news = facts.news
    record.previous_response_id = facts.previous_response_id or ""
    record.history = facts.history
    record.turn = facts.turn
    record.answers = facts.answers
    record.is_resumed = facts.is_resumed
    record.has_words = facts.has_words
    record.is_structured = facts.is_structured
    record.said = facts.said
    record.own_said = facts.own_said
    record.words_before = facts.words_before
    record.system_hash = facts.system_hash
    record.tools_hash = facts.tools_hash
    record.effort = facts.effort
    record.newest = facts.newest


def _tell_tail(record: ExchangeRecord, tail: Tail) -> None:
    """What was measured of the answer."""
    record.status = tail.status or None
    record.response_headers = tuple(tail.response_headers)
    record.connection_ms = tail.duration_us / 1000
    record.upstream_ms = _ms(tail.upstream_us)
    record.first_byte_ms = _ms(tail.first_byte_us)
    record.chunk_count = tail.chunk_count
    record.chunk_times = tail.chunk_times
    record.overhead_ms = _ms(tail.own_us)
    record.after = UUID(bytes=tail.after) if tail.after else None


def _tell_answer(
    record: ExchangeRecord, asked: RequestFacts, facts: ResponseFacts, tail: Tail
) -> None:
    """What the answer's body says."""
    record.outcome = _outcome(tail.outcome, facts)
    record.is_success = _is_success(record.outcome, tail.status, facts)
    record.response_model = facts.model or ""
    record.response_id = asked.answer_id or facts.response_id or ""
    record.counts_once = facts.counts_once
    record.finish_reason = facts.finish_reason or ""
    record.error = tail.error or facts.error or ""
    record.error_code = tail.error_code or facts.error_type or ""
    record.usage = facts.usage
    record.reported_cost_usd = facts.reported_cost_usd
    record.service_tier = facts.service_tier or ""
    record.speed = facts.speed or ""
    record.region = facts.region or ""
    record.tool_calls = facts.tool_calls
    record.answer_preview = _answer_preview(facts)
    record.answer_texts = answer_texts(facts)
    record.answer = answer_to(asked.history, facts.message)
    record.alike = facts.alike


def _tell_pace(
    record: ExchangeRecord,
    asked: RequestFacts,
    facts: ResponseFacts,
    tail: Tail,
    bodies: dict[Side, CapturedBody],
) -> None:
    """How fast the answer came."""
    timing = timing_of(tail.chunk_times, facts, answer_body(bodies))
    # An error in place of the end, or no end: until nothing more could come.
    end = tail.duration_us / 1000 if timing.end_ms is None else timing.end_ms
    record.duration_ms = end
    record.ttft_ms = timing.ttft_ms
    record.ttfo_ms = timing.ttfo_ms
    record.gap_median_ms = timing.gap_median_ms
    record.gap_max_ms = timing.gap_max_ms
    # A fetched answer was made before: how long that took, nobody saw.
    if not asked.answer_id:
        record.output_tokens_per_s = output_rate(facts, timing.ttft_ms, end)


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
    text = " ".join([part.text[:800] for part in parts if part.kind in said])
    begun = on_one_line(text[:500])[:400]  # enough, unless it is full of blanks
    is_enough = len(begun) == 400 or len(text) <= 500
    return begun if is_enough else on_one_line(text[:1600])[:400]
