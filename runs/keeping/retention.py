"""Lets go of what is old: requests, or only their bodies.

`weir prune` calls `measure` and `prune`, then sweeps and shrinks. A batch is one short
transaction with a rest behind it, so recording goes on, and a kill leaves whole
requests only. Newest first: what stands on a body is then gone before it, or stays and
is freed once (`runs/bodies/rebasing.py`).
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Length
from django.utils import timezone

from runs import sql
from runs.bodies.rebasing import stand_alone
from runs.keeping import raw_files
from runs.keeping.age import read_age
from runs.keeping.room import roomy
from runs.models import Body, BodyPart, CalledTool, CapturedRequest, RequestDetail
from runs.record import Outcome
from runs.rollups import ledger, rebuilding
from runs.text import index

FEWEST, MOST = 5, 1000
"""Requests of a batch: the more, the fewer pages are written twice."""
LONG_S = 0.2
"""A batch that took longer makes the next one smaller."""
ATTEMPTS = 8
FIRST_PAUSE_S = 0.05


@dataclass(frozen=True, slots=True)
class Rule:
    """What goes: requests that started before a time."""

    before: datetime
    bodies_only: bool = False
    """Keeps the requests, with their tokens, costs and headers."""
    keep_runs: bool = False
    """Keeps what belongs to a run."""
    keep_figures: bool = True
    """The figures over time go on telling of it."""

    @classmethod
    def older_than(cls, age: str, bodies_only: bool, keep_runs: bool) -> Rule:
        """`30d`, `12h`, `8w`; raises ValueError with a sentence."""
        try:
            before = timezone.now() - read_age(age)
        except OverflowError as error:
            raise ValueError(str(error)) from None
        return cls(before, bodies_only, keep_runs)

    def requests(self) -> QuerySet[CapturedRequest]:
        # What is pending is still being written to.
        rows = CapturedRequest.objects.exclude(outcome=Outcome.PENDING)
        rows = rows.filter(started_at__lt=self.before)
        if self.keep_runs:
            rows = rows.filter(run__isnull=True)
        if self.bodies_only:
            rows = rows.filter(Exists(Body.objects.filter(request=OuterRef("pk"))))
        return rows


@dataclass(slots=True)
class Removed:
    """How much went, or would go."""

    requests: int = 0
    """Of which only the bodies, where the rule says so."""
    bodies: int = 0
    stored_bytes: int = 0
    """Of the bodies, as compressed."""


@dataclass(frozen=True, slots=True)
class _Edge:
    """The request before which the next batch begins."""

    started_at: datetime
    pk: int


def measure(rule: Rule) -> Removed:
    """What `prune` would remove; changes nothing."""
    requests = rule.requests()
    bodies = Body.objects.filter(request__in=requests.values("pk"))
    parts = BodyPart.objects.filter(body__request__in=requests.values("pk"))
    return Removed(requests.count(), bodies.count(), _size(bodies) + _size(parts))


def prune(rule: Rule, *, rest: float = 1.0) -> Iterator[int]:
    """Removes batch after batch; gives how many requests each one had.

    `rest` is the pause after a batch, as a multiple of the time that it took.
    """
    with roomy():
        yield from _in_batches(rule, rest)
    raw_files.prune(settings.WEIR_RAW_DIR, rule.before, keep_runs=rule.keep_runs)


def _in_batches(rule: Rule, rest: float) -> Iterator[int]:
    edge: _Edge | None = None
    size = 50
    while True:
        began = time.monotonic()
        # Looked for before the transaction: it may be a long way to the next ones.
        batch = _next(rule, edge, size)
        if not batch:
            return
        found = time.monotonic()
        yield _patiently(rule, {each.pk for each in batch})
        took = time.monotonic() - found
        size = max(FEWEST, size // 2) if took > LONG_S else min(MOST, size * 2)
        edge = batch[-1]
        time.sleep((time.monotonic() - began) * rest)


def _next(rule: Rule, edge: _Edge | None, size: int) -> list[_Edge]:
    rows = rule.requests().order_by("-started_at", "-pk")
    if edge is not None:
        tie = Q(started_at=edge.started_at, pk__lt=edge.pk)
        rows = rows.filter(started_at__lte=edge.started_at)
        rows = rows.filter(Q(started_at__lt=edge.started_at) | tie)
    return [_Edge(*row) for row in rows.values_list("started_at", "pk")[:size]]


def _patiently(rule: Rule, batch: Collection[int]) -> int:
    """Removes a batch, trying again when the recorder was in the way."""
    for attempt in range(ATTEMPTS):
        try:
            with transaction.atomic():
                return _remove_batch(rule, batch)
        except IntegrityError:
            pass  # something new stands on what was to go: now it is seen
        except DatabaseError:
            if attempt == ATTEMPTS - 1:
                raise
        time.sleep(FIRST_PAUSE_S * 2**attempt)
    raise IntegrityError("Requests that are to go are used again and again.")


def _remove_batch(rule: Rule, batch: Collection[int]) -> int:
    # The rule again: one of them may have been put into a run meanwhile.
    still = rule.requests().filter(pk__in=batch)
    requests = set(still.values_list("pk", flat=True))
    requests -= _holding(requests)
    _remove_bodies(requests)
    if not rule.bodies_only:
        went = {} if rule.keep_figures else ledger.told(requests)
        if rule.keep_figures:
            rebuilding.remember_pruned(rule.before)
        sql.delete(CalledTool.objects.filter(request__in=requests))
        sql.delete(RequestDetail.objects.filter(request__in=requests))
        sql.delete(CapturedRequest.objects.filter(pk__in=requests))
        ledger.replace(went, {})  # last: the recorder holds rows when it comes here
    return len(requests)


def _holding(requests: Collection[int]) -> set[int]:
    """Requests with a body that another one, which stays, can't do without."""
    bodies = Body.objects.filter(request__in=requests)
    needed = stand_alone(set(bodies.values_list("pk", flat=True)))
    if not needed:
        return set()
    found = set(bodies.filter(pk__in=needed).values_list("request", flat=True))
    # What they stand on in turn may be of this batch too.
    return found | _holding(set(requests) - found)


def _remove_bodies(requests: Collection[int]) -> None:
    bodies = Body.objects.filter(request__in=requests)
    ids = list(bodies.values_list("pk", flat=True))
    sql.delete(BodyPart.objects.filter(body__in=ids))
    sql.delete(Body.objects.filter(pk__in=ids))
    index.forget(requests)  # last: a recorder holds bodies while it adds their words


def _size(rows: QuerySet[Any]) -> int:
    return rows.aggregate(bytes=Sum(Length(F("data"))))["bytes"] or 0
