"""What an exchange's bodies say, read with the wire format of its upstream path.

Called by `proxy/recording/assemble.py`. A parser that fails becomes a note.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath
from traceback import extract_tb

from proxy.journal.format import Head, Tail
from proxy.recording.bodies import header
from proxy.recording.header_counts import with_headers
from proxy.wire import format_for
from proxy.wire.answered import NO_ANSWER
from proxy.wire.base import RequestFacts, ResponseFacts, WireFormat
from proxy.wire.charset import as_utf8
from proxy.wire.fingerprints import read_fingerprint
from proxy.wire.members import Held, Members
from proxy.wire.plain_answers import plain_answer
from proxy.wire.raw_messages import Messages, Newest
from proxy.wire.sampling import read_sampling
from proxy.wire.stream_types import is_text
from proxy.wire.wishes import read_wishes
from runs.decoding import DEFAULT_LIMIT, decode_text
from runs.record import CapturedBody, Outcome, Side

# Larger bodies are kept and shown, but not read for facts in one piece.
READABLE = 48 * 1024 * 1024
SHORT = 32 * 1024
"""Bytes of a request, or of the newest messages of a longer one, that are kept until
their words are indexed."""
LARGEST = 8 * 1024 * 1024
"""Bytes of a body; the words of larger ones are not indexed."""
_TEXT_STARTS = (b"{", b"[", b"data:", b"event:", b"1\n", b"1\r\n", b"WEBVTT")
"""JSON, an event stream, subtitles."""


def format_of(head: Head) -> WireFormat:
    return format_for(head.method, head.upstream_path or head.path)


def read_request(
    form: WireFormat, head: Head, body: CapturedBody | None
) -> RequestFacts:
    path = head.upstream_path or head.path
    try:
        data, note = _plain(body) if body and not body.is_cut else (b"", None)
        data = as_utf8(data, body.content_type if body else "")
        with Held(data) as asked:
            facts = form.read_request(data, path)
            _put_in(facts, asked)
            if SHORT < len(data) <= LARGEST:
                facts.newest = _newest(form, data)
    except Exception as error:  # a parser bug must never lose the request
        return RequestFacts(notes=(f"Request not understood: {_place(error)}.",))
    if note:
        facts.notes = (*facts.notes, note)
    return facts


def _put_in(facts: RequestFacts, asked: Members) -> None:
    """What a request says alike in every dialect."""
    sampling = read_sampling(asked)
    facts.temperature, facts.max_tokens = sampling.temperature, sampling.max_tokens
    wishes = read_wishes(asked)
    facts.service_tier, facts.speed = wishes.service_tier, wishes.speed
    facts.units += wishes.units
    mark = read_fingerprint(asked)
    facts.system_hash, facts.tools_hash = mark.system, mark.tools
    facts.effort = mark.effort


def _newest(form: WireFormat, data: bytes) -> Newest | None:
    try:
        messages = form.read_messages(data)
    except Exception:  # facts that are read stay; its words are looked for later
        return None
    return messages.newest(SHORT) if isinstance(messages, Messages) else None


def read_answer(
    form: WireFormat, tail: Tail, bodies: dict[Side, CapturedBody]
) -> ResponseFacts:
    body = answer_body(bodies)
    content_type = header(tail.response_headers, "content-type")
    try:
        is_wanted = body is not None and _may_be_text(body, content_type)
        data, note = _plain(body) if body is not None and is_wanted else (b"", None)
        text = as_utf8(data, content_type)
        is_text = _is_text(text, content_type)
        facts = _read(form, tail.status, content_type, text if is_text else b"")
        facts = _as_kept(facts, body, text is data)
        is_whole = body is None or (is_wanted and len(data) < DEFAULT_LIMIT)
        if not is_whole or not is_text or tail.outcome is not Outcome.COMPLETED:
            facts = _without_finding(facts)
        facts = with_headers(facts, tail.response_headers)
    except Exception as error:  # a parser bug must never lose the request
        return ResponseFacts(notes=(f"Answer not understood: {_place(error)}.",))
    return replace(facts, notes=(*facts.notes, note)) if note else facts


def _read(
    form: WireFormat, status: int, content_type: str, text: bytes
) -> ResponseFacts:
    facts = plain_answer(form.name, status, content_type, text)
    if facts is None:
        reader = form.reader(status, content_type)
        reader.feed(text)
        facts = reader.finish()
    return facts


def _place(error: Exception) -> str:
    """Its own words may be those that were read, which `facts` must not keep."""
    last = extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {PurePath(last.filename).name}:{last.lineno}"


def answer_body(bodies: dict[Side, CapturedBody]) -> CapturedBody | None:
    """As the upstream sent it; its chunks are the ones that were timed."""
    return bodies.get(Side.RECEIVED) or bodies.get(Side.RESPONSE)


def _as_kept(
    facts: ResponseFacts, body: CapturedBody | None, is_as_sent: bool
) -> ResponseFacts:
    if not is_as_sent:  # its places are others than those of the chunks
        facts = replace(
            facts, content_offsets=(), alike=(), output_offset=None, end_offset=None
        )
    if body is not None and body.is_cut:
        # Its end may well have come: it just wasn't kept.
        facts = replace(_without_finding(facts), terminal_seen=None)
    return facts


def _without_finding(facts: ResponseFacts) -> ResponseFacts:
    """An answer that wasn't kept or waited for isn't missing."""
    if facts.error_type != NO_ANSWER:
        return facts
    return replace(facts, error=None, error_type=None)


def _may_be_text(body: CapturedBody, content_type: str) -> bool:
    """Worth reading whole; what is sound or a picture stays where it is."""
    if len(body.source) > READABLE:
        return False
    if body.content_encoding or _is_text(b"", content_type):
        return True
    return _is_text(next(body.source.pieces(), b""), content_type)


def _is_text(data: bytes, content_type: str) -> bool:
    """By its type, or by its beginning where the type is an odd one."""
    return is_text(content_type) or data[:64].lstrip().startswith(_TEXT_STARTS)


def _plain(body: CapturedBody) -> tuple[bytes, str | None]:
    """The captured bytes without their Content-Encoding; a cut body's beginning.

    What a cut body tells stands at its beginning (the model), and reading all of it
    would take a multiple of the capture limit in memory.
    """
    data = next(body.source.pieces(), b"") if body.is_cut else body.source.read()
    return decode_text(data, body.content_encoding, body.content_type)
