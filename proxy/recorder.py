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
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import IO
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from pricing.book import PriceBook
from proxy.journal.format import Head
from proxy.journal.masking import Masker
from proxy.journal.open_exchanges import NEVER_ENDED, Finished, OpenExchange
from proxy.journal.reader import Batch, JournalReader
from proxy.journal.segments import held, segments
from proxy.recording import secrets
from proxy.recording.assemble import finished, pending, so_far
from proxy.recording.bodies import hole_notes
from proxy.recording.indexing import TextIndexer
from proxy.recording.raw_files import RawFiles
from runs import live, store
from runs.incident import IncidentKind
from runs.record import BodyAway, ExchangeRecord, Outcome

log = logging.getLogger(__name__)

IDLE_S = 0.03
# After a batch that took all there was: the next is larger, and costs less a request.
BREATH_S = 0.25
# A burst belongs to forwarding: until it is CALM_S behind, the recorder rests longer
# than it works. Two busy processes on one core's two threads slow each other.
REST_FACTOR = 3.0
CALM_S = 2.0
COLLECT_EVERY = 500
SLOWEST_RETRY_S = 5.0
AWAY_S = 5.0  # A worker puts a deleted file back within a second.
SWEEP_EVERY_S = 2.0
LOCK = "recorder.lock"

Listener = Callable[[ExchangeRecord], None]


class Recorder:
    """Reads one journal directory; `step` does a batch, `run` goes on until told."""

    def __init__(
        self, directory: Path, host: str, listener: Listener | None = None
    ) -> None:
        self.directory = directory
        self.host = host
        self._listener = listener
        self._reader: JournalReader | None = None
        self._swept = 0.0
        self._lock: IO[bytes] | None = None
        self._texts = TextIndexer()
        self._raw = RawFiles(settings.WEIR_RAW_DIR, settings.WEIR_RAW_FILES_LIMIT)
        self._masker = Masker(settings.SECRET_KEY, settings.WEIR_TOKEN)
        self._reached = 0.0
        """When the newest exchange recorded so far ended, Unix time."""
        self.is_stopping = False

    def run(self) -> None:
        """Record until `is_stopping` is set and the journal is drained."""
        self._lock = self._wait_for_turn()
        if self._lock is None:
            return
        gc.freeze()
        gc.disable()  # batches make few cycles; they are collected between batches
        for number in count(1):
            began = time.monotonic()
            busy = self._step_patiently()
            if not busy and self.is_stopping:
                self._leave()
                return
            if number % COLLECT_EVERY == 0:
                gc.collect()
            if not self.is_stopping:
                worked_s = time.monotonic() - began if busy else None
                self._texts.work(is_busy=bool(busy), is_behind=self._is_behind())
                self._rest(worked_s)

    def _leave(self) -> None:
        """The journal is drained: leave no file that is stored to its end."""
        if self._reader is not None:
            self._swept = 0.0
            self._sweep(self._reader)

    def _rest(self, worked_s: float | None) -> None:
        """After a batch that took `worked_s`; None after finding nothing."""
        if worked_s is None:
            time.sleep(IDLE_S)
        elif not self._is_behind():
            time.sleep(max(BREATH_S, REST_FACTOR * worked_s))

    def _is_behind(self) -> bool:
        return time.time() - self._reached >= CALM_S

    def step(self) -> int:
        """Record what is there, up to a batch; 0 when there was nothing to do."""
        if self._reader is None:
            self._reader = JournalReader(self.directory, self._positions())
        self._sweep(self._reader)
        batch = self._reader.gather()
        if not batch:
            return 0
        records = self._assemble(batch)
        self._tell_orphans(batch)
        positions = {
            store.JournalFile(self.host, segment): offset
            for segment, offset in batch.positions.items()
        }
        changed = store.write(records, positions, batch.incidents, self.host)
        if batch.grown:
            changed += store.renew([self._so_far(each) for each in batch.grown])
        self._reader.committed(batch)
        held.let_go()
        self._texts.stored(records)
        self._tell(batch, records, changed)
        return len(records) or 1

    def _positions(self) -> dict[str, int]:
        found = [segment.name for segment in segments(self.directory)]
        store.take_over(self.host, found)
        return store.positions(self.host)

    def _step_patiently(self) -> int:
        """`step`, tried again with growing pauses while the database won't have it."""
        pause = 0.1
        while True:
            try:
                return self.step()
            except (DatabaseError, InterfaceError) as error:
                log.warning("database not writable, the journal waits: %s", error)
                connection.close()
                # The transaction did not happen: read again from the position.
                self._reader = None
                if self.is_stopping:
                    return 0
                time.sleep(pause)
                pause = min(pause * 2, SLOWEST_RETRY_S)
            except BodyAway as segment:
                log.warning("the journal's file %s is gone for now", segment)
                self._wait_for(self.directory / str(segment))
                # Read again from the position; what is under way as well, so the file
                # had better be back.
                self._reader = None

    def _wait_for(self, file: Path) -> None:
        deadline = time.monotonic() + AWAY_S
        while not file.exists() and time.monotonic() < deadline:
            time.sleep(0.05)

    def _assemble(self, batch: Batch) -> list[ExchangeRecord]:
        book = PriceBook.current()
        lost = self._lost_before(batch)
        over = [
            self._finished(each, book, batch)
            for each in batch.over
            if each.exchange.head.uid not in lost
        ]
        shown = [
            self._looked_through(pending(exchange), exchange.head)
            for exchange in batch.shown
        ]
        return [record for record in over if record is not None] + shown

    def _lost_before(self, batch: Batch) -> set[bytes]:
        """Killed workers' exchanges have no end in their file: until that is swept, a
        recorder that starts anew ends them again, and one that is lost counts once."""
        ends = [
            UUID(bytes=each.exchange.head.uid)
            for each in batch.over
            if each.tail.error_code in NEVER_ENDED
        ]
        return {uid.bytes for uid in store.counted_as_lost(ends)} if ends else set()

    def _looked_through(self, record: ExchangeRecord, head: Head) -> ExchangeRecord:
        """With the keys in its bodies told, and masked where that is wanted."""
        record = secrets.without_keys_in_error(record, self._masker)
        try:
            record = secrets.told(record)
            return secrets.masked(record, self._masker) if head.mask_keys else record
        except Exception as error:  # it must not lose the request
            log.exception("the bodies of %s could not be looked through", record.uid)
            return secrets.without_bodies(record, error) if head.mask_keys else record

    def _so_far(self, exchange: OpenExchange) -> ExchangeRecord:
        record = so_far(exchange)
        # Metadata only: what was said is not kept, not for a moment.
        if not exchange.head.keep_bodies:
            record = replace(record, answer_so_far="")
        return self._looked_through(record, exchange.head)

    def _finished(
        self, each: Finished, book: PriceBook, batch: Batch
    ) -> ExchangeRecord | None:
        """One exchange's record; None, and an incident, where a defect prevents it."""
        try:
            record = self._looked_through(
                finished(each.exchange, each.tail, book), each.exchange.head
            )
        except (DatabaseError, InterfaceError):
            raise
        except Exception as error:  # it must not stop the ones behind it
            log.exception("an exchange could not be read")
            uid = UUID(bytes=each.exchange.head.uid)
            message = f"Request {uid} could not be read: {error!r}"
            lost = store.Incident(kind=IncidentKind.UNREADABLE, message=message)
            batch.incidents.append(lost)
            return None
        if each.exchange.head.raw_files and each.exchange.head.keep_bodies:
            self._raw.write(record)
        batch.incidents += [
            store.Incident(
                kind=IncidentKind.CORRUPT, message=f"Request {record.uid}: {note}"
            )
            for note in hole_notes(each.exchange, each.tail)
        ]
        return record

    def _tell_orphans(self, batch: Batch) -> None:
        """Ends without a beginning, unless they are copies of what is stored."""
        if batch.orphans:
            known = store.known([UUID(bytes=uid) for uid in batch.orphans])
            batch.incidents += [
                incident
                for uid, incident in batch.orphans.items()
                if UUID(bytes=uid) not in known
            ]

    def _tell(
        self, batch: Batch, records: list[ExchangeRecord], changed: list[int]
    ) -> None:
        """Pages and the console, of what is stored now."""
        for each in batch.over[-1:]:
            ended_us = each.exchange.head.started_us + each.tail.duration_us
            self._reached = ended_us / 1_000_000
        live.announce(changed)
        if self._listener is not None:
            for record in records:
                if record.outcome is not Outcome.PENDING:
                    self._listener(record)

    def _sweep(self, reader: JournalReader) -> None:
        """Now and then, drop what is stored to its end: files first, then positions."""
        now = time.monotonic()
        if now - self._swept < SWEEP_EVERY_S:
            return
        self._swept = now
        self._keep_directory()
        done = reader.done()
        if done and not store.is_on_disk():
            done = []  # a power cut could still take the rows back
        if gone := reader.sweep(done):
            store.forget(self.host, gone)
            reader.forget(gone)

    def _keep_directory(self) -> None:
        """Make the journal's directory anew when it was deleted; it is ours again."""
        if self._lock is None or (self.directory / LOCK).exists():
            return
        log.warning("the journal's directory was deleted; it is made anew")
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if (file := self._taken()) is not None:
            self._lock = file

    def _wait_for_turn(self) -> IO[bytes] | None:
        """Only one recorder may read a journal; a second one waits, or is stopped."""
        while (file := self._taken()) is None:
            if self.is_stopping:
                return None  # the other one reads what our workers wrote
            time.sleep(0.2)
        return file

    def _taken(self) -> IO[bytes] | None:
        file = (self.directory / LOCK).open("wb")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return None
        file.write(str(os.getpid()).encode())
        file.flush()
        return file
