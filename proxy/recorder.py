"""The recorder: a process of its own that turns the journal into rows.

`weir serve` starts it beside the workers. It reads on from the position that the
database itself remembers and stores that position in the same transaction as the rows,
so every exchange is recorded exactly once, whatever is killed when. A database that is
locked, slow or down only makes the journal longer.
"""

from __future__ import annotations

import fcntl
import gc
import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import IO

from django.db import DatabaseError, InterfaceError, connection

from pricing.book import PriceBook
from proxy.assemble import finished, pending
from proxy.journal_format import Corrupt, Frame, Kind, Tail, read_loss
from proxy.open_exchanges import Finished, OpenExchange, OpenExchanges
from proxy.segments import Segment, segments
from runs import live, store
from runs.models import JournalIncident
from runs.record import ExchangeRecord, Outcome

log = logging.getLogger(__name__)

READ_AT_ONCE = 1024 * 1024
IDLE_S = 0.03
# After a batch that took all there was: the next is larger, and costs less a request.
BREATH_S = 0.1
# A burst belongs to forwarding: while it is less than CALM_S behind, the recorder rests
# longer than it works. Two busy processes on one core's two threads slow each other.
REST_FACTOR = 1.5
CALM_S = 2.0
COLLECT_EVERY = 500
SLOWEST_RETRY_S = 5.0
# Exchanges younger than this are likely to be over in the next batch: one row written
# instead of a pending row and its update.
SHOW_PENDING_AFTER_S = 0.2
_KINDS = {Kind.HEAD: "head", Kind.PART: "part", Kind.TAIL: "tail"}

Listener = Callable[[ExchangeRecord], None]


@dataclass(slots=True)
class Batch:
    """What one transaction will hold."""

    over: list[Finished] = field(default_factory=list)
    shown: list[OpenExchange] = field(default_factory=list)
    positions: dict[str, int] = field(default_factory=dict)
    incidents: list[store.Incident] = field(default_factory=list)
    dead_writers: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.positions or self.shown or self.over)


class Recorder:
    """Reads one journal directory; `step` does a batch, `run` goes on until told."""

    def __init__(self, directory: Path, listener: Listener | None = None) -> None:
        self.directory = directory
        self._listener = listener
        self._open = OpenExchanges()
        self._positions: dict[str, int] = {}
        self._is_loaded = False
        self._lock: IO[bytes] | None = None
        self._reached = 0.0
        """When the newest exchange recorded so far ended, Unix time."""
        self.is_stopping = False

    def run(self) -> None:
        """Record until `is_stopping` is set and the journal is drained."""
        self._lock = self._wait_for_turn()
        gc.freeze()
        gc.disable()  # batches make few cycles; they are collected between batches
        for number in count(1):
            began = time.monotonic()
            busy = self._step_patiently()
            if not busy and self.is_stopping:
                return
            if number % COLLECT_EVERY == 0:
                gc.collect()
            if not self.is_stopping:
                self._rest(time.monotonic() - began if busy else None)

    def _rest(self, worked_s: float | None) -> None:
        """After a batch that took `worked_s`; None after finding nothing."""
        if worked_s is None:
            time.sleep(IDLE_S)
        elif time.time() - self._reached < CALM_S:
            time.sleep(max(BREATH_S, REST_FACTOR * worked_s))

    def step(self) -> int:
        """Record what is there, up to a batch; 0 when there was nothing to do."""
        if not self._is_loaded:
            self._load()
        batch = self._gather()
        if not batch:
            return 0
        records = self._assemble(batch)
        changed = store.write(records, batch.positions, batch.incidents)
        self._committed(batch, records)
        live.announce(changed)
        return len(records) or 1

    def _step_patiently(self) -> int:
        """`step`, tried again with growing pauses while the database won't have it."""
        pause = 0.1
        while True:
            try:
                return self.step()
            except (DatabaseError, InterfaceError) as error:
                log.warning("database not writable, the journal waits: %s", error)
                connection.close()
                self._forget_unsaved()
                if self.is_stopping:
                    return 0
                time.sleep(pause)
                pause = min(pause * 2, SLOWEST_RETRY_S)

    # -- reading ---------------------------------------------------------------------

    def _load(self) -> None:
        """Positions from the database, open exchanges from the files before them."""
        self._positions = store.positions()
        self._open = OpenExchanges()
        for segment in segments(self.directory):
            self._replay(segment, self._positions.get(segment.name, 0))
        self._is_loaded = True

    def _replay(self, segment: Segment, end: int) -> None:
        at = 0
        while at < end:
            found, at_next = segment.read(at, min(READ_AT_ONCE, end - at))
            for frame in found:
                if isinstance(frame, Frame) and frame.kind in _KINDS:
                    self._open.take(frame, segment, _KINDS[frame.kind])
            if at_next == at:
                return
            at = at_next
        for exchange in self._open.all():
            exchange.is_shown = True

    def _forget_unsaved(self) -> None:
        """The transaction did not happen: read everything again from the position."""
        self._is_loaded = False

    def _gather(self) -> Batch:
        batch = Batch()
        found = segments(self.directory)
        is_open = {segment.name: segment.is_open() for segment in found}
        read = 0
        unfinished: set[str] = set()
        for segment in found:
            # An exchange may begin in one file and end in the next: a writer's files
            # are read in order, each to its end.
            if read < READ_AT_ONCE and segment.writer not in unfinished:
                size = segment.size()
                read += self._read(segment, batch, is_open[segment.name])
                done = self._positions.get(segment.name, 0)
                if batch.positions.get(segment.name, done) < size:
                    unfinished.add(segment.writer)
        if read == 0:
            self._bury(found, is_open, batch)
            self._show_pending(batch)
            if not batch:
                self._sweep(found, is_open)
        return batch

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
            kind = "torn" if end == size else "corrupt"
            self._report(batch, kind, segment, start, end - start)
        if end > start:
            batch.positions[segment.name] = end
        return end - start

    def _take(self, frame: Frame | Corrupt, segment: Segment, batch: Batch) -> None:
        if isinstance(frame, Corrupt):
            length = frame.end - frame.start
            self._report(batch, "corrupt", segment, frame.start, length)
        elif frame.kind is Kind.LOSS:
            loss = read_loss(frame.payload)
            batch.incidents.append(
                store.Incident(
                    kind=JournalIncident.Kind.LOST.value,
                    segment=segment.name,
                    offset=frame.start,
                    count=loss.requests + loss.bodies,
                    message=loss.message,
                )
            )
        elif over := self._open.take(frame, segment, _KINDS[frame.kind]):
            batch.over.append(over)

    def _report(
        self, batch: Batch, kind: str, segment: Segment, offset: int, length: int
    ) -> None:
        message = f"{length:,} bytes of the journal are no record and were skipped."
        log.warning("%s (%s at %s)", message, segment.name, offset)
        incident = store.Incident(
            kind=kind,
            segment=segment.name,
            offset=offset,
            count=1,
            message=message,
        )
        batch.incidents.append(incident)

    def _bury(
        self, found: list[Segment], is_open: dict[str, bool], batch: Batch
    ) -> None:
        """End the exchanges of workers that were killed in the middle of them."""
        alive = {each.writer for each in found if is_open[each.name]}
        for exchange in self._open.all():
            if exchange.writer not in alive:
                batch.over.append(Finished(exchange, _last_known(exchange)))

    def _show_pending(self, batch: Batch) -> None:
        too_young = (time.time() - SHOW_PENDING_AFTER_S) * 1_000_000
        batch.shown = [
            exchange
            for exchange in self._open.all()
            if not exchange.is_shown and exchange.head.started_us < too_young
        ]

    # -- writing ---------------------------------------------------------------------

    def _assemble(self, batch: Batch) -> list[ExchangeRecord]:
        book = PriceBook.current()
        over = [self._finished(each, book, batch) for each in batch.over]
        shown = [pending(exchange) for exchange in batch.shown]
        return [record for record in over if record is not None] + shown

    def _finished(
        self, each: Finished, book: PriceBook, batch: Batch
    ) -> ExchangeRecord | None:
        """One exchange's record; None, and an incident, where a defect prevents it."""
        try:
            return finished(each.exchange, each.tail, book)
        except (DatabaseError, InterfaceError):
            raise
        except Exception as error:  # it must not stop the ones behind it
            log.exception("an exchange could not be read")
            uid = each.exchange.head.uid.hex()
            message = f"Exchange {uid} could not be read: {error!r}"
            kind = JournalIncident.Kind.UNREADABLE.value
            batch.incidents.append(store.Incident(kind=kind, message=message))
            return None

    def _committed(self, batch: Batch, records: list[ExchangeRecord]) -> None:
        self._positions.update(batch.positions)
        for each in batch.over[-1:]:
            ended_us = each.exchange.head.started_us + each.tail.duration_us
            self._reached = ended_us / 1_000_000
        for each in batch.over:
            self._open.drop(each.exchange)
        for exchange in batch.shown:
            exchange.is_shown = True
        if self._listener is not None:
            for record in records:
                if record.outcome is not Outcome.PENDING:
                    self._listener(record)

    def _sweep(self, found: list[Segment], is_open: dict[str, bool]) -> None:
        """Delete files that are recorded to the end, then their positions."""
        gone = []
        for segment in found:
            done = self._positions.get(segment.name, 0) >= segment.size()
            if done and not is_open[segment.name] and not self._open.uses(segment):
                segment.path.unlink(missing_ok=True)
                gone.append(segment.name)
        names = {segment.name for segment in found}
        gone += [name for name in self._positions if name not in names]
        if gone:
            store.forget(gone)
            for name in gone:
                self._positions.pop(name, None)
            gc.collect()

    def _wait_for_turn(self) -> IO[bytes]:
        """Only one recorder may read a journal; a second one waits."""
        file = (self.directory / "recorder.lock").open("wb")
        while True:
            try:
                fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.2)
            else:
                file.write(str(os.getpid()).encode())
                file.flush()
                return file


def _last_known(exchange: OpenExchange) -> Tail:
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
        outcome="interrupted",
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
