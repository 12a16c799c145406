"""Exchanges whose start the recorder has read and whose end it has not.

Kept by `proxy/recorder.py` between batches, and built again from the journal after a
restart: a segment stays on disk while an open exchange has a record in it.
"""

from __future__ import annotations

from dataclasses import field

from pricing.values import dataclass
from proxy.journal.format import (
    Frame,
    Head,
    Kind,
    Piece,
    Tail,
    read_head,
    read_piece,
    read_tail,
)
from proxy.journal.segments import Segment
from runs.record import Outcome, Side


@dataclass(slots=True)
class OpenExchange:
    """What is known so far of one exchange."""

    head: Head
    writers: set[str]
    """Of the files that it stands in: more than one where a file was copied."""
    segments: set[str] = field(default_factory=set)
    spans: dict[Side, list[tuple[Segment, int, int]]] = field(default_factory=dict)
    """Per side: where its pieces stand, from the body's beginning without a hole."""
    checkpoint: Tail | None = None
    has_grown: bool = False
    """Since its page was told of what came."""
    is_shown: bool = False
    """Stored as pending already."""
    missed_at: float = 0.0
    """Since when all of its files are gone; 0 while they are there."""


@dataclass(frozen=True, slots=True)
class Finished:
    """An exchange with its closing record."""

    exchange: OpenExchange
    tail: Tail


class OpenExchanges:
    """`take` every record in order; finished exchanges come out."""

    def __init__(self) -> None:
        self._by_uid: dict[bytes, OpenExchange] = {}

    def take(self, frame: Frame, segment: Segment) -> Finished | None:
        """Learn from one record of an exchange; the exchange when it is over."""
        if frame.kind is Kind.HEAD:
            self._opened(read_head(frame.payload), segment)
            return None
        if frame.kind is not Kind.TAIL:
            self._grown(read_piece(frame), segment)
            return None
        return self._closed(read_tail(frame.payload), segment)

    def all(self) -> list[OpenExchange]:
        return list(self._by_uid.values())

    def get(self, uid: bytes) -> OpenExchange | None:
        return self._by_uid.get(uid)

    def drop(self, exchange: OpenExchange) -> None:
        self._by_uid.pop(exchange.head.uid, None)

    def uses(self, segment: Segment) -> bool:
        """True while the file is needed: an open exchange has a record in it."""
        return any(segment.name in each.segments for each in self._by_uid.values())

    def _opened(self, head: Head, segment: Segment) -> None:
        exchange = self._by_uid.get(head.uid)
        if exchange is None:
            new = OpenExchange(head, {segment.writer}, {segment.name})
            self._by_uid[head.uid] = new
            return
        exchange.writers.add(segment.writer)
        exchange.segments.add(segment.name)

    def _grown(self, piece: Piece, segment: Segment) -> None:
        exchange = self._by_uid.get(piece.uid)
        if exchange is None:
            return
        exchange.segments.add(segment.name)
        spans = exchange.spans.setdefault(piece.side, [])
        # One that is there already comes from a copied file; behind a hole none counts.
        if piece.at is None or piece.at == sum(length for _, _, length in spans):
            spans.append((segment, piece.offset, piece.length))

    def _closed(self, tail: Tail, segment: Segment) -> Finished | None:
        exchange = self._by_uid.get(tail.uid)
        if exchange is None:
            return None
        if not tail.final:
            exchange.checkpoint = tail
            exchange.has_grown = True
            exchange.segments.add(segment.name)
            return None
        del self._by_uid[tail.uid]
        return Finished(exchange, tail)


KILLED = ("The worker process was killed.", "WORKER_KILLED")
DAMAGED = ("The journal's record of its end is damaged.", "JOURNAL_DAMAGED")
NEVER_ENDED = (KILLED[1], DAMAGED[1])
"""Codes of what has no closing record."""


def last_known(exchange: OpenExchange, reason: tuple[str, str] = KILLED) -> Tail:
    """The closing record, of one that was never written or can't be read."""
    why, code = reason
    known = exchange.checkpoint
    if known is not None:
        return Tail(
            **{
                name: getattr(known, name)
                for name in Tail.__struct_fields__
                if name not in ("final", "error", "error_code")
            },
            final=True,
            error=why,
            error_code=code,
        )
    return Tail(
        uid=exchange.head.uid,
        final=True,
        outcome=Outcome.INTERRUPTED,
        status=0,
        response_headers=[],
        error=why,
        error_code=code,
        duration_us=0,
        upstream_us=-1,
        first_byte_us=-1,
        chunk_count=0,
        chunk_times=b"",
        bodies=[],
        notes=[],
    )
