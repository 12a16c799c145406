"""Which run a request belongs to: decided when it is first recorded, once.

The first that applies: its run key, its `X-Weir-Run` header, the global run that was
active when it started. A request that names a run goes nowhere else, also when that run
is paused, has ended or was deleted: then it belongs to none. Asked by
`runs/store/batch.py`, a few queries a batch; all times are the request's start, so one
that began before a pause or an end belongs, however long it took.

A clock may be set back while a run is active, by an hour or a second. Until it has
caught up, requests start before the run that they belong to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from pricing.values import dataclass
from runs import lifecycle
from runs.lifecycle.changes import begin_at, clean_name
from runs.lifecycle.errors import RunError
from runs.models import Run, RunKey, RunSpan, RunState
from runs.record import ExchangeRecord
from runs.sql import Adapter

_UID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which a run is active."""

    began_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, began_at: datetime, ended_at: datetime | None) -> Span:
        """As it is stored; one that is to begin yet has begun by a later clock."""
        if ended_at is None and began_at > timezone.now():
            return cls(_EVER, None)
        return cls(began_at, ended_at)

    def covers(self, at: datetime) -> bool:
        return self.began_at <= at and (self.ended_at is None or at < self.ended_at)


@dataclass(slots=True)
class Candidate:
    """A run that a request may name, and when it is active."""

    run: int
    is_ended: bool
    spans: list[Span]

    def takes(self, at: datetime) -> bool:
        """Active then, or not yet begun: whoever names it may have an earlier clock."""
        before = [span for span in self.spans if span.began_at <= at]
        return not before or any(span.covers(at) for span in before)

    def was_active(self, at: datetime) -> bool:
        return any(span.covers(at) for span in self.spans)


# Raw, because of each batch: to make this query of conditions costs ten times as much.
_GLOBAL_SPANS = """
    SELECT span.id, span.run_id, span.began_at, span.ended_at
    FROM runs_runspan AS span JOIN runs_run AS run ON run.id = span.run_id
    WHERE run.is_global AND (span.ended_at IS NULL OR span.ended_at > %s)
      AND (span.began_at <= %s OR span.began_at > %s)
    ORDER BY span.began_at DESC
"""


def attribute(records: Sequence[ExchangeRecord]) -> list[int | None]:
    """The run of each record, as its id; starts the runs that a header names anew."""
    if not records:
        return []
    keyed = _ByKey(records) if any(each.run_key for each in records) else None
    named = _ByName(records) if any(map(_names_a_run, records)) else None
    spans = _global_spans([each for each in records if _may_be_global(each)])
    if keyed is None and named is None:
        return [_global_run(spans, each) for each in records]
    found: dict[UUID, int | None] = {}
    # In order of time, so that a run that is started here begins with its first.
    for record in sorted(records, key=lambda each: each.started_at):
        if keyed and record.run_key:
            found[record.uid] = keyed.run_of(record)
        elif named and _names_a_run(record):
            found[record.uid] = named.run_of(record)
        else:
            found[record.uid] = _global_run(spans, record)
    return [found[record.uid] for record in records]


def _names_a_run(record: ExchangeRecord) -> bool:
    return bool(record.run_name) and not record.run_key


def _may_be_global(record: ExchangeRecord) -> bool:
    """What was imported went past no run of this Weir."""
    names_one = record.run_key or _names_a_run(record)
    return not names_one and record.imported is None


class _ByKey:
    """Runs by the digests of their keys."""

    def __init__(self, records: Iterable[ExchangeRecord]) -> None:
        rows = RunKey.objects.filter(digest__in={r.run_key for r in records})
        self._keys = {row.digest: row for row in rows.select_related("run")}
        self._runs = _candidates({row.run for row in self._keys.values()})

    def run_of(self, record: ExchangeRecord) -> int | None:
        key, at = self._keys.get(record.run_key), record.started_at
        if key is None:
            return None
        is_over = (key.expires_at and key.expires_at <= at) or (
            key.revoked_at and key.revoked_at <= at
        )
        if is_over:
            return None  # the proxy refused it
        return key.run_id if self._runs[key.run_id].takes(at) else None


class _ByName:
    """Runs by what an `X-Weir-Run` header says: an id, or a name."""

    def __init__(self, records: Iterable[ExchangeRecord]) -> None:
        self._by_uid: dict[UUID, Candidate] = {}
        self._by_name: dict[str, list[Candidate]] = {}
        named = [each for each in records if _names_a_run(each)]
        told = {each.run_name.strip() for each in named}
        uids = {UUID(each.lower()) for each in told if _UID.fullmatch(each.lower())}
        names = {name for each in told if (name := _clean(each))}
        earliest = min(each.started_at for each in named)
        open_then = Q(ended_at=None) | Q(ended_at__gte=earliest)
        runs = Run.objects.filter(Q(uid__in=uids) | Q(open_then, name__in=names))
        rows = list(runs.order_by("-pk"))
        known = _candidates(rows)
        for row in rows:
            uids.discard(row.uid)
            self._by_uid[row.uid] = known[row.pk]
            if row.state != RunState.ENDED or (row.ended_at or earliest) >= earliest:
                self._by_name.setdefault(row.name, []).append(known[row.pk])
        self._deleted = lifecycle.were_deleted(uids) if uids else set()

    def run_of(self, record: ExchangeRecord) -> int | None:
        told, at = record.run_name.strip(), record.started_at
        if _UID.fullmatch(told.lower()):
            uid = UUID(told.lower())
            if uid in self._deleted:
                return None
            candidate = self._by_uid.get(uid)
            if candidate is not None:
                takes = record.imported is not None or candidate.takes(at)
                return candidate.run if takes else None
        name = _clean(told)
        return self._of_name(name, at) if name else None

    def _of_name(self, name: str, at: datetime) -> int | None:
        candidates = self._by_name.setdefault(name, [])
        for candidate in candidates:  # newest first
            if candidate.was_active(at):
                return candidate.run
        going_on = [candidate for candidate in candidates if not candidate.is_ended]
        for candidate in going_on:
            if candidate.takes(at):
                return candidate.run
        if going_on:
            return None  # paused
        run = begin_at(at, name=name, is_global=False, source="header")
        candidates.insert(0, Candidate(run.pk, False, [Span(at, None)]))
        return run.pk


def _clean(name: str) -> str:
    try:
        return clean_name(name)
    except RunError:
        return ""


def _candidates(runs: Iterable[Run]) -> dict[int, Candidate]:
    known = {run.pk: Candidate(run.pk, run.state == RunState.ENDED, []) for run in runs}
    rows = RunSpan.objects.filter(run__in=known).order_by("began_at")
    for run, began_at, ended_at in rows.values_list("run", "began_at", "ended_at"):
        known[run].spans.append(Span.of(began_at, ended_at))
    return known


def _global_spans(records: Sequence[ExchangeRecord]) -> list[tuple[int, Span]]:
    """When which global run was active while these started; the latest first."""
    if not records:
        return []
    starts = [record.started_at for record in records]
    times = map(Adapter().time, (min(starts), max(starts), timezone.now()))
    rows = RunSpan.objects.raw(_GLOBAL_SPANS, list(times))
    return [(row.run_id, Span.of(row.began_at, row.ended_at)) for row in rows]


def _global_run(
    spans: Sequence[tuple[int, Span]], record: ExchangeRecord
) -> int | None:
    if not _may_be_global(record):
        return None
    for run, span in spans:
        if span.covers(record.started_at):
            return run
    return None
