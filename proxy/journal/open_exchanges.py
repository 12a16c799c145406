"""Exchanges whose start the recorder has read and whose end it has not.

Kept by `proxy/recorder.py` between batches, and built again from the journal after a
restart: a segment stays on disk while an open exchange has a record in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from proxy.journal.format import (
    Frame,
    Head,
    Kind,
    Tail,
    read_head,
    read_part,
    read_tail,
)
from proxy.journal.segments import Segment
from runs.record import Outcome, Side


@dataclass(slots=True)
class OpenExchange:
    """What is known so far of one exchange."""

    head: Head
    writer: str
    segments: set[str] = field(default_factory=set)
    spans: dict[Side, list[tuple[Segment, int, int]]] = field(default_factory=dict)
    """Per side: where its pieces stand."""
    checkpoint: Tail | None = None
    is_shown: bool = False
    """Stored as pending already."""


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
        """Learn from one HEAD, PART or TAIL record; the exchange when it is over."""
        if frame.kind is Kind.HEAD:
            self._opened(read_head(frame.payload), segment)
            return None
        if frame.kind is Kind.PART:
            self._grown(frame, segment)
            return None
        return self._closed(read_tail(frame.payload), segment)

    def all(self) -> list[OpenExchange]:
        return list(self._by_uid.values())

    def drop(self, exchange: OpenExchange) -> None:
        self._by_uid.pop(exchange.head.uid, None)

    def uses(self, segment: Segment) -> bool:
        """True while the file is needed: an open exchange has a record in it."""
        return any(segment.name in each.segments for each in self._by_uid.values())

    def _opened(self, head: Head, segment: Segment) -> None:
        exchange = OpenExchange(head=head, writer=segment.writer)
        exchange.segments.add(segment.name)
        self._by_uid[head.uid] = exchange

    def _grown(self, frame: Frame, segment: Segment) -> None:
        uid, side, offset, length = read_part(frame)
        exchange = self._by_uid.get(uid)
        if exchange is not None:
            exchange.segments.add(segment.name)
            exchange.spans.setdefault(side, []).append((segment, offset, length))

    def _closed(self, tail: Tail, segment: Segment) -> Finished | None:
        exchange = self._by_uid.get(tail.uid)
        if exchange is None:
            return None
        if not tail.final:
            exchange.checkpoint = tail
            exchange.segments.add(segment.name)
            return None
        del self._by_uid[tail.uid]
        return Finished(exchange, tail)


def last_known(exchange: OpenExchange) -> Tail:
    """The closing record that a killed worker could not write any more."""
    why, code = "The worker process was killed.", "WORKER_KILLED"
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
