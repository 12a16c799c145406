"""`weir import`: requests of other products recorded as if Weir had captured them.

Called by `observe/cli/commands/import_.py`. A step is a transaction of its own, written
by the one writer of captured requests (`runs/store`), so that figures over time, runs
and conversations count it. Each request's id hangs on the source's own: what is there
already is passed over, which makes a second import, or one that was broken off and is
begun again, add only what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction

from pricing.book import PriceBook
from proxy.exchange import Dialect
from proxy.journal.masking import Masker
from proxy.recording.imported import Owner, is_call, record_of, uid_of
from proxy.route import bases
from proxy.route.dialects import spoken_at
from proxy.table import snapshot
from runs import importers, live, store
from runs.importers import Imported, Importer, Skipped, Source, Unread
from runs.lifecycle.errors import RunError
from runs.lifecycle.imported import imported_run
from runs.models import Run
from runs.record import ExchangeRecord
from runs.rollups import ledger

STEP = 500
LARGE = 32 * 1024 * 1024
"""Bytes of bodies in a step."""
OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
LOST = "The database would not take it; the page of incidents says why."
DAY_MS = 86_400_000
AHEAD = timedelta(days=2)
"""A clock may be wrong; a year may not."""


@dataclass(slots=True)
class Brought:
    """What has become of a stretch of rows."""

    added: int = 0
    there: int = 0
    """Imported before, or recorded here."""
    skipped: int = 0
    """Rows that are no model call."""
    unread: list[Unread] = field(default_factory=list)


def steps(
    source: Source, chosen: Importer, *, run: str = "", writes: bool = True
) -> Iterator[Brought]:
    """Reads the source to its end. Into `run`; without one, requests that the source
    puts in a piece of work go into a run of that name."""
    worker = _Worker(chosen.name, run, writes=writes)
    batch, room, step = list[Imported](), LARGE, Brought()
    newest = datetime.now(UTC) + AHEAD
    for row in importers.read(source, chosen):
        if isinstance(row, Unread):
            step.unread.append(row)
        elif isinstance(row, Skipped) or not (row.is_any_call or is_call(row)):
            step.skipped += 1
        elif not OLDEST <= row.started_at <= newest:
            step.unread.append(Unread(row.id[:80], f"Its time is {row.started_at}."))
        else:
            batch.append(row)
            room -= len(row.request) + len(row.response) + len(row.received or b"")
        if len(batch) >= STEP or room < 0 or len(step.unread) >= STEP:
            worker.take(batch, step)
            yield step
            batch, room, step = [], LARGE, Brought()
    worker.take(batch, step)
    yield step
    worker.close()


class _Worker:
    """Records the requests of a step; remembers providers, runs and prices."""

    def __init__(self, source: str, run: str, *, writes: bool) -> None:
        self._source, self._writes = source, writes
        self._masker = Masker(settings.SECRET_KEY, settings.WEIR_TOKEN)
        self._book = PriceBook.current()
        self._owner = owner()
        self._run = run

    def take(self, batch: Sequence[Imported], step: Brought) -> None:
        told = {uid_of(each, self._source): each for each in batch}
        there = store.known(list(told))
        step.there += len(batch) - len(told) + len(there)
        new = [each for uid, each in told.items() if uid not in there]
        new.sort(key=lambda each: each.started_at)
        runs = self._runs(new)
        records = list[ExchangeRecord]()
        for each in new:
            try:
                run = runs.get(self._run or each.run, "")
                records.append(self._record(each, run))
            except Exception as error:  # a reader's defect costs the row alone
                why = f"It can't be recorded: {type(error).__name__}."
                step.unread.append(Unread(each.id[:80], why))
        step.added += len(records)
        if self._writes and records:
            live.announce(store.write(records, {}))
            stored = store.known([record.uid for record in records])
            lost = [record for record in records if record.uid not in stored]
            step.added -= len(lost)
            step.unread += [Unread(told[each.uid].id[:80], LOST) for each in lost]

    def close(self) -> None:
        """Minutes of long ago are not kept; their hours tell the same."""
        if self._writes:
            with transaction.atomic():
                ledger.forget_minutes()

    def _record(self, each: Imported, run: str) -> ExchangeRecord:
        return record_of(each, self._source, run, self._book, self._masker, self._owner)

    def _runs(self, new: Sequence[Imported]) -> dict[str, str]:
        """Name of each run → the id of the one that takes the requests."""
        times: dict[str, list[datetime]] = {}
        for each in new:
            took = timedelta(milliseconds=min(max(each.duration_ms or 0, 0), DAY_MS))
            found = times.setdefault(self._run or each.run, [])
            found += (each.started_at, each.started_at + took)
        times.pop("", None)
        if not self._writes:
            return {}
        return {name: self._run_of(name, at) for name, at in times.items()}

    def _run_of(self, name: str, at: list[datetime]) -> str:
        if self._run:
            known = Run.objects.called(name)
            if len(known) == 1 and known[0].source != "import":
                return str(known[0].uid)
        try:
            return str(imported_run(name, min(at), max(at)).uid)
        except RunError:
            return ""


def owner() -> Owner:
    """Tells the provider of an upstream's address, by the bases of the table."""
    table = snapshot.load()

    def owner_of(url: str) -> str:
        if not url.startswith(("http://", "https://")):
            return ""
        try:
            base = bases.split(url.partition("?")[0])
        except ValueError:
            return ""
        dialect = spoken_at(base.path) or Dialect.OPENAI
        return table.owners.of(base.origin, base.path, dialect)

    return owner_of
