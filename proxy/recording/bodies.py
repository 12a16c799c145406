"""The bodies of one exchange, put together from its journal records.

Read by `proxy/recording/assemble.py`; large ones stay in the journal files until they
are stored.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pricing.values import dataclass
from proxy.journal.capture import INLINE
from proxy.journal.format import BodyTail, Head, Pairs, Tail
from proxy.journal.open_exchanges import OpenExchange
from proxy.journal.segments import JournalledBody
from runs.record import BodySource, CapturedBody, InlineBody, Side


def bodies_of(exchange: OpenExchange, tail: Tail) -> dict[Side, CapturedBody]:
    """Every captured body by side, the client's request first."""
    head = exchange.head
    found: dict[Side, CapturedBody] = {}
    if head.request_body:
        inline = InlineBody(head.request_body)
        found[Side.REQUEST] = body_of(Side.REQUEST, inline, head, tail)
    broken = holes(exchange, tail)
    for known in tail.bodies:
        source = _source(
            exchange, known.side, b"" if known.side in broken else known.rest
        )
        found[known.side] = body_of(known.side, source, head, tail, known)
    for side in _untold(exchange, tail):
        found[side] = body_of(side, _source(exchange, side, b""), head, tail)
    received = found.get(Side.RECEIVED)
    if received is not None and _are_same(received, found.get(Side.RESPONSE)):
        del found[Side.RECEIVED]  # what might have changed it changed nothing
    asked = found.get(Side.REQUEST)
    if asked and asked.size < head.request_size:  # something ended while it was kept
        asked = found[Side.REQUEST] = replace(asked, size=head.request_size)
    if head.sent_changes and asked and len(asked.source) == head.request_size:
        sent = ChangedBody(asked.source, tuple(head.sent_changes))
        found[Side.SENT] = body_of(Side.SENT, sent, head, tail)
    if head.request_size > 0 and asked is None:
        empty = InlineBody(b"")
        told = BodyTail(Side.REQUEST, b"", head.request_size, 0, b"")
        found[Side.REQUEST] = body_of(Side.REQUEST, empty, head, tail, told)
    return found


def _untold(exchange: OpenExchange, tail: Tail) -> list[Side]:
    """Sides of which there are pieces and no end."""
    if not exchange.spans:
        return []
    told = {each.side for each in tail.bodies}
    return [side for side in exchange.spans if side not in told]


def _source(exchange: OpenExchange, side: Side, rest: bytes) -> BodySource:
    spans = exchange.spans.get(side)
    return JournalledBody(tuple(spans), rest) if spans else InlineBody(rest)


@dataclass(frozen=True, slots=True)
class ChangedBody:
    """Another body with changes made in it (a `runs.record.BodySource`)."""

    original: BodySource
    changes: tuple[tuple[int, int, bytes], ...]
    """In order, none at its very end."""

    def __len__(self) -> int:
        grown = sum(len(text) - (end - start) for start, end, text in self.changes)
        return len(self.original) + grown

    def read(self) -> bytes:
        return b"".join(self.pieces())

    def pieces(self) -> Iterator[bytes]:
        at = 0
        for piece in self.original.pieces():
            yield self._changed(piece, at)
            at += len(piece)

    def _changed(self, piece: bytes, at: int) -> bytes:
        """A piece from byte `at` of the original on; a change may cover several."""
        made: list[bytes] = []
        done, size = 0, len(piece)
        for start, end, text in self.changes:
            first, last = start - at, min(end - at, size)
            if 0 <= first < size:
                made += [piece[done:first], text]
                done = first
            if first < size and last > done:
                done = last
        return b"".join([*made, piece[done:]])


def _are_same(one: CapturedBody, other: CapturedBody | None) -> bool:
    if other is None or one.is_cut or one.size != other.size:
        return False
    small = len(one.source) <= INLINE and len(other.source) <= INLINE
    return small and one.source.read() == other.source.read()


def holes(exchange: OpenExchange, tail: Tail) -> dict[Side, int]:
    """Bodies of which the journal lost a piece, and how many bytes stand before it."""
    found: dict[Side, int] = {}
    for known in tail.bodies:
        before = known.kept - len(known.rest)
        if before <= 0:
            continue  # small: all of it stands in the closing record
        spans = exchange.spans.get(known.side, ())
        there = sum(length for _, _, length in spans)
        if there < before:
            found[known.side] = there
    return found


def hole_notes(exchange: OpenExchange, tail: Tail) -> tuple[str, ...]:
    """What the request's page says of them."""
    found = holes(exchange, tail)
    if not found:  # as nearly always
        return ()
    return tuple(
        f"The {side} body breaks off after {there:,} bytes: the journal is damaged."
        for side, there in found.items()
    )


def body_of(
    side: Side,
    source: BodySource,
    head: Head,
    tail: Tail | None,
    known: BodyTail | None = None,
) -> CapturedBody:
    if side is Side.REQUEST:
        headers = head.headers
    elif side is Side.SENT:
        headers = head.sent_headers
    else:
        headers = tail.response_headers if tail else []
    content_type, content_encoding = _coding(headers)
    size = len(source)
    return CapturedBody(
        side=side,
        source=source,
        size=max(known.size, size) if known else size,
        sha256=(known.sha256 or None) if known else None,
        content_type=content_type,
        content_encoding=content_encoding,
    )


def _coding(headers: Pairs) -> tuple[str, str]:
    """Content type and content encoding: a list may be told in several headers."""
    first = dict(reversed(headers))
    kind = first.get("content-type", "")
    if "content-encoding" not in first:
        return kind, ""
    codings = [value for name, value in headers if name == "content-encoding"]
    return kind, ", ".join(filter(None, codings))


def header(headers: Pairs, name: str) -> str:
    for candidate, value in headers:
        if candidate == name:
            return value
    return ""
