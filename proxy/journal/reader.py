"""Reads the journal on from where the database stands, a batch at a time.

First half of `proxy/recorder.py`: which records there are, which exchanges they end,
which were left open by a killed worker. Writes nothing to the database.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection
from dataclasses import field
from pathlib import Path
from uuid import UUID

from pricing.values import dataclass
from proxy.journal.format import (
    Corrupt,
    Frame,
    Kind,
    read_loss,
    read_tail,
    suspect,
)
from proxy.journal.open_exchanges import (
    DAMAGED,
    KILLED,
    Finished,
    OpenExchange,
    OpenExchanges,
    last_known,
)
from proxy.journal.segments import Segment, segments
from runs.incident import Incident, IncidentKind

log = logging.getLogger(__name__)

READ_AT_ONCE = 1024 * 1024
# A transaction costs as much as some requests do: of large ones, which are a few to a
# megabyte, a batch takes more.
ENOUGH, FEW = READ_AT_ONCE // 2, 64
MOST_READ = 8 * 1024 * 1024
# Exchanges younger than this are likely to be over in the next batch: one row written
# instead of a pending row and its update.
SHOW_PENDING_AFTER_S = 0.2
# A record is written at once. One that is still not whole after this long never will
# be, though its writer lives: its length is damaged, and others stand behind it.
STUCK_S = 3.0
# A worker whose file was deleted under it puts it back, to be read on where it was.
FORGET_AFTER_S = 60.0


@dataclass(slots=True)
class Batch:
    """What one transaction will hold."""

    over: list[Finished] = field(default_factory=list)
    shown: list[OpenExchange] = field(default_factory=list)
    grown: list[OpenExchange] = field(default_factory=list)
    """Shown already, and more of their answer has come."""
    positions: dict[str, int] = field(default_factory=dict)
    incidents: list[Incident] = field(default_factory=list)
    orphans: dict[bytes, Incident] = field(default_factory=dict)
    """Ends without a beginning, by the exchange's id: lost, unless the database has
    the request (its file was copied)."""

    def __bool__(self) -> bool:
        return bool(self.positions or self.shown or self.over)


class JournalReader:
    """`gather` a batch, store it, then say `committed`."""

    def __init__(self, directory: Path, positions: dict[str, int]) -> None:
        self.directory = directory
        self._positions = positions
        self._open = OpenExchanges()
        self._damaged: set[str] = set()
        """Writers of whose files a piece is unreadable."""
        self._stuck: dict[str, tuple[int, float]] = {}
        self._missing: dict[str, float] = {}
        for segment in segments(directory):
            self._replay(segment, positions.get(segment.name, 0))

    def gather(self) -> Batch:
        """What there is to store: about a megabyte of journal, of large ones more."""
        batch = Batch()
        found = segments(self.directory)
        # Asked before reading: of a writer that is gone now, everything will be read.
        alive = {segment.name for segment in found if segment.is_open()}
        if self._read_all(found, alive, batch):
            self._bury(found, alive, batch)
            self._show_pending(batch)
        return batch

    def committed(self, batch: Batch) -> None:
        """The batch is in the database."""
        self._positions.update(batch.positions)
        for each in batch.over:
            self._open.drop(each.exchange)
        for exchange in batch.shown:
            exchange.is_shown = True
        for exchange in batch.grown:
            exchange.has_grown = False

    def done(self) -> list[Segment]:
        """Files of writers that are gone, stored to their end."""
        found = segments(self.directory)
        return [each for each in found if not each.is_open() and self._is_done(each)]

    def sweep(self, done: Collection[Segment]) -> list[str]:
        """Delete these files; gives the names that have no file any more."""
        now = time.monotonic()
        for segment in done:
            segment.path.unlink(missing_ok=True)
        left = {segment.name for segment in segments(self.directory)}
        gone = {name for name in self._positions if name not in left}
        self._missing = {name: self._missing.get(name, now) for name in gone}
        deleted = {segment.name for segment in done}
        return [
            name
            for name, since in self._missing.items()
            if name in deleted or now - since > FORGET_AFTER_S
        ]

    def forget(self, names: Collection[str]) -> None:
        for name in names:
            self._positions.pop(name, None)

    def _is_done(self, segment: Segment) -> bool:
        stored = self._positions.get(segment.name, 0) >= segment.size()
        return stored and not self._open.uses(segment)

    def _replay(self, segment: Segment, end: int) -> None:
        """Find the exchanges again that were open when the last reader ended."""
        at = 0
        while at < end:
            found, at_next = segment.read(at, min(READ_AT_ONCE, end - at))
            for frame in found:
                if isinstance(frame, Frame) and frame.kind is not Kind.LOSS:
                    self._open.take(frame, segment)
            if at_next == at:
                return
            at = at_next

    def _read_all(self, found: list[Segment], alive: set[str], batch: Batch) -> bool:
        """Read on in every file; True when nothing is left behind."""
        read = 0
        behind: set[str] = set()
        for segment in found:
            # An exchange may begin in one file and end in the next: a writer's files
            # are read in order, each to its end.
            if _is_full(read, batch) or segment.writer in behind:
                return False
            size = segment.size()
            while self._reached(segment, batch) < size and not _is_full(read, batch):
                if not (more := self._read(segment, batch, segment.name in alive)):
                    break
                read += more
            if self._reached(segment, batch) < size:
                behind.add(segment.writer)
        return not behind

    def _reached(self, segment: Segment, batch: Batch) -> int:
        done = self._positions.get(segment.name, 0)
        return batch.positions.get(segment.name, done)

    def _read(self, segment: Segment, batch: Batch, is_open: bool) -> int:
        start = self._reached(segment, batch)
        size = segment.size()
        if start >= size:
            return 0
        frames, end = segment.read(start, READ_AT_ONCE)
        for frame in frames:
            self._take(frame, segment, batch)
        if end == start and (not is_open or self._is_stuck(segment, start)):
            # This will never become a record.
            end = segment.next_record(start + 1) or (start if is_open else size)
        if end > start and not frames:
            kind = IncidentKind.TORN if end == size else IncidentKind.CORRUPT
            uid, ends = suspect(memoryview(segment.span(start, 128)))
            damage = Corrupt(start, end, uid, ends=ends and is_open)
            self._report(batch, kind, segment, damage)
            self._end_damaged(damage, batch)
        if end > start:
            batch.positions[segment.name] = end
        return end - start

    def _is_stuck(self, segment: Segment, start: int) -> bool:
        now = time.monotonic()
        at, since = self._stuck.get(segment.name, (-1, now))
        if at != start:
            since = now
        self._stuck[segment.name] = (start, since)
        return now - since > STUCK_S

    def _take(self, frame: Frame | Corrupt, segment: Segment, batch: Batch) -> None:
        if isinstance(frame, Corrupt):
            self._report(batch, IncidentKind.CORRUPT, segment, frame)
            self._end_damaged(frame, batch)
        elif frame.kind is Kind.LOSS:
            loss = read_loss(frame.payload)
            batch.incidents.append(
                Incident(
                    kind=IncidentKind.LOST,
                    segment=segment.name,
                    offset=frame.start,
                    count=max(1, loss.requests + loss.bodies),
                    message=loss.message,
                )
            )
        elif over := self._open.take(frame, segment):
            batch.over.append(over)
        elif frame.kind is Kind.TAIL:
            self._miss(frame, segment, batch)

    def _miss(self, frame: Frame, segment: Segment, batch: Batch) -> None:
        """The end of an exchange of which no beginning was read."""
        tail = read_tail(frame.payload)
        if not tail.final or self._open.get(tail.uid):
            return
        uid = UUID(bytes=tail.uid)
        batch.orphans[tail.uid] = Incident(
            kind=IncidentKind.UNREADABLE,
            segment=segment.name,
            offset=frame.start,
            message=f"Request {uid} is lost: the record of its beginning is damaged.",
        )

    def _end_damaged(self, damage: Corrupt, batch: Batch) -> None:
        """An exchange whose closing record is damaged is over all the same."""
        exchange = self._open.get(damage.uid) if damage.ends else None
        if exchange is not None:
            self._open.drop(exchange)
            batch.over.append(Finished(exchange, last_known(exchange, DAMAGED)))

    def _report(
        self, batch: Batch, kind: IncidentKind, segment: Segment, damage: Corrupt
    ) -> None:
        length = damage.end - damage.start
        message = f"{length:,} bytes of the journal are no record and were skipped."
        if damage.uid:
            message += f" They seem to be of request {UUID(bytes=damage.uid)}."
        log.warning("%s (%s at %s)", message, segment.name, damage.start)
        if kind is IncidentKind.CORRUPT:
            self._damaged.add(segment.writer)
        batch.incidents.append(
            Incident(
                kind=kind, segment=segment.name, offset=damage.start, message=message
            )
        )

    def _bury(self, found: list[Segment], alive: set[str], batch: Batch) -> None:
        """End the exchanges of workers that are gone without having ended them."""
        there = {segment.name for segment in found}
        writing = {segment.writer for segment in found if segment.name in alive}
        for exchange in self._open.all():
            if not exchange.writers.isdisjoint(writing):
                exchange.missed_at = 0.0
            elif not exchange.segments.isdisjoint(there) or self._is_given_up(exchange):
                reason = (
                    KILLED if exchange.writers.isdisjoint(self._damaged) else DAMAGED
                )
                batch.over.append(Finished(exchange, last_known(exchange, reason)))

    def _is_given_up(self, exchange: OpenExchange) -> bool:
        """Its files are gone, and its worker has not put them back in time."""
        now = time.monotonic()
        exchange.missed_at = exchange.missed_at or now
        return now - exchange.missed_at > FORGET_AFTER_S

    def _show_pending(self, batch: Batch) -> None:
        too_young = (time.time() - SHOW_PENDING_AFTER_S) * 1_000_000
        over = {id(each.exchange) for each in batch.over}
        running = [each for each in self._open.all() if id(each) not in over]
        batch.shown = [
            exchange
            for exchange in running
            if not exchange.is_shown and exchange.head.started_us < too_young
        ]
        batch.grown = [each for each in running if each.is_shown and each.has_grown]


def _is_full(read: int, batch: Batch) -> bool:
    most = ENOUGH if len(batch.over) >= FEW else MOST_READ
    return read >= most
