"""Reads the journal on from where the database stands, a batch at a time.

First half of `proxy/recorder.py`: which records there are, which exchanges they end,
which were left open by a killed worker. Writes nothing to the database.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from proxy.journal.format import Corrupt, Frame, Kind, read_loss
from proxy.journal.open_exchanges import (
    Finished,
    OpenExchange,
    OpenExchanges,
    last_known,
)
from proxy.journal.segments import Segment, segments
from runs.incident import Incident, IncidentKind

log = logging.getLogger(__name__)

READ_AT_ONCE = 1024 * 1024
# Exchanges younger than this are likely to be over in the next batch: one row written
# instead of a pending row and its update.
SHOW_PENDING_AFTER_S = 0.2


@dataclass(slots=True)
class Batch:
    """What one transaction will hold."""

    over: list[Finished] = field(default_factory=list)
    shown: list[OpenExchange] = field(default_factory=list)
    positions: dict[str, int] = field(default_factory=dict)
    incidents: list[Incident] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.positions or self.shown or self.over)


class JournalReader:
    """`gather` a batch, store it, then say `committed`."""

    def __init__(self, directory: Path, positions: dict[str, int]) -> None:
        self.directory = directory
        self._positions = positions
        self._open = OpenExchanges()
        for segment in segments(directory):
            self._replay(segment, positions.get(segment.name, 0))

    def gather(self) -> Batch:
        """What there is to store, up to about a megabyte of journal."""
        batch = Batch()
        found = segments(self.directory)
        # Asked before reading: of a writer that is gone now, everything will be read.
        alive = {segment.name for segment in found if segment.is_open()}
        if self._read_all(found, alive, batch):
            self._bury({each.writer for each in found if each.name in alive}, batch)
            self._show_pending(batch)
        return batch

    def committed(self, batch: Batch) -> None:
        """The batch is in the database."""
        self._positions.update(batch.positions)
        for each in batch.over:
            self._open.drop(each.exchange)
        for exchange in batch.shown:
            exchange.is_shown = True

    def sweep(self) -> list[str]:
        """Delete files that are stored to their end; names without a file any more."""
        found = segments(self.directory)
        for segment in found:
            if not segment.is_open() and self._is_done(segment):
                segment.path.unlink(missing_ok=True)
        left = {segment.name for segment in segments(self.directory)}
        return [name for name in self._positions if name not in left]

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
            if read >= READ_AT_ONCE or segment.writer in behind:
                return False
            size = segment.size()
            read += self._read(segment, batch, segment.name in alive)
            done = self._positions.get(segment.name, 0)
            if batch.positions.get(segment.name, done) < size:
                behind.add(segment.writer)
        return not behind

    def _read(self, segment: Segment, batch: Batch, is_open: bool) -> int:
        start = self._positions.get(segment.name, 0)
        size = segment.size()
        if start >= size:
            return 0
        frames, end = segment.read(start, READ_AT_ONCE)
        for frame in frames:
            self._take(frame, segment, batch)
        if end == start and not is_open:
            # Its writer is gone, so this will never become a record.
            end = segment.next_record(start + 1) or size
            kind = IncidentKind.TORN if end == size else IncidentKind.CORRUPT
            self._report(batch, kind, segment, start, end - start)
        if end > start:
            batch.positions[segment.name] = end
        return end - start

    def _take(self, frame: Frame | Corrupt, segment: Segment, batch: Batch) -> None:
        if isinstance(frame, Corrupt):
            length = frame.end - frame.start
            self._report(batch, IncidentKind.CORRUPT, segment, frame.start, length)
        elif frame.kind is Kind.LOSS:
            loss = read_loss(frame.payload)
            batch.incidents.append(
                Incident(
                    kind=IncidentKind.LOST,
                    segment=segment.name,
                    offset=frame.start,
                    count=loss.requests + loss.bodies,
                    message=loss.message,
                )
            )
        elif over := self._open.take(frame, segment):
            batch.over.append(over)

    def _report(
        self,
        batch: Batch,
        kind: IncidentKind,
        segment: Segment,
        offset: int,
        length: int,
    ) -> None:
        message = f"{length:,} bytes of the journal are no record and were skipped."
        log.warning("%s (%s at %s)", message, segment.name, offset)
        batch.incidents.append(
            Incident(kind=kind, segment=segment.name, offset=offset, message=message)
        )

    def _bury(self, alive: set[str], batch: Batch) -> None:
        """End the exchanges of workers that were killed in the middle of them."""
        for exchange in self._open.all():
            if exchange.writer not in alive:
                batch.over.append(Finished(exchange, last_known(exchange)))

    def _show_pending(self, batch: Batch) -> None:
        too_young = (time.time() - SHOW_PENDING_AFTER_S) * 1_000_000
        over = {id(each.exchange) for each in batch.over}
        batch.shown = [
            exchange
            for exchange in self._open.all()
            if not exchange.is_shown
            and exchange.head.started_us < too_young
            and id(exchange) not in over
        ]
