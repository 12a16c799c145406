"""What an exchange's bodies say, read with the wire format of its upstream path.

Called by `proxy/recording/assemble.py`. A parser that fails becomes a note.
"""

from __future__ import annotations

from dataclasses import replace

from proxy.journal.format import Head, Tail
from proxy.recording.bodies import header
from proxy.wire import format_for
from proxy.wire.base import RequestFacts, ResponseFacts, WireFormat
from proxy.wire.stream_types import is_stream, media_type
from runs.decoding import decode
from runs.record import CapturedBody, Side

# Larger bodies are kept and shown, but not read for facts in one piece.
READABLE = 48 * 1024 * 1024


def format_of(head: Head) -> WireFormat:
    return format_for(head.method, head.upstream_path or head.path)


def read_request(
    form: WireFormat, head: Head, body: CapturedBody | None
) -> RequestFacts:
    path = head.upstream_path or head.path
    try:
        data, note = _plain(body) if body and not body.is_cut else (b"", None)
        facts = form.read_request(data, path)
    except Exception as error:  # a parser bug must never lose the request
        return RequestFacts(notes=(f"Request not understood: {error!r}",))
    return replace(facts, notes=(*facts.notes, note)) if note else facts


def read_answer(
    form: WireFormat, tail: Tail, bodies: dict[Side, CapturedBody]
) -> ResponseFacts:
    body = bodies.get(Side.RECEIVED) or bodies.get(Side.RESPONSE)
    content_type = header(tail.response_headers, "content-type")
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
    kind = media_type(content_type)
    known = not kind or kind.startswith("text/") or "json" in kind or is_stream(kind)
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
