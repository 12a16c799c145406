"""How the requests of several runs came, from the first of each run to its last.

Drawn beside each run of a list (`observe/pages/runs/sparkline.py`), however many are
listed by the same few queries. Small runs are told by their requests' own times; larger
ones by the figures that are kept over time, in steps that fit how long they took.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.db.models import OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from runs.measure import queries
from runs.models import CapturedRequest, Rollup, Run
from runs.rollups import days
from runs.rollups.figures import SUCCESS
from runs.rollups.steps import DAY_S, HOUR_S, MINUTE_S, MINUTES_KEPT, WIDE_S, at

PARTS = 24
"""Of a run's time, at most."""
FEW, MOST_READ = 1_000, 4_000
"""Requests of a run that is told by their own times, and of all such of a list."""


@dataclass(frozen=True, slots=True)
class ShapePart:
    """Of a run's time, with something in it."""

    number: int
    requests: int
    errors: int


@dataclass(frozen=True, slots=True)
class Shape:
    """A run's requests over its time."""

    start: datetime
    part_s: float
    parts: tuple[ShapePart, ...]

    @property
    def requests(self) -> int:
        return sum(part.requests for part in self.parts)

    @property
    def errors(self) -> int:
        return sum(part.errors for part in self.parts)

    @property
    def length_s(self) -> float:
        """To the end of the last part."""
        return (self.parts[-1].number + 1) * self.part_s


@dataclass(frozen=True, slots=True)
class _Step:
    """What came within some seconds."""

    start_s: float
    width_s: float
    requests: int
    errors: int


def of_runs(sizes: Mapping[int, int]) -> dict[int, Shape]:
    """By the run's key, of those to which anything came; `sizes` are their requests."""
    few, room = list[int](), MOST_READ
    for run, size in sorted(sizes.items(), key=lambda item: item[1]):
        room -= size
        if size > FEW or room < 0:
            break
        few.append(run)
    steps = _of_requests(few) | _of_figures(sizes.keys() - set(few))
    return {run: _shape(found) for run, found in steps.items()}


def _shape(steps: list[_Step]) -> Shape:
    first = min(step.start_s for step in steps)
    end = max(step.start_s + step.width_s for step in steps)
    # A part is of whole steps; of requests' own times there are none.
    whole_s = max(step.width_s for step in steps)
    part_s = (end - first) / PARTS
    part_s = max(ceil(part_s / whole_s) * whole_s if whole_s else part_s, 1e-3)
    counts: dict[int, list[int]] = {}
    for step in steps:
        part = min(int((step.start_s - first) / part_s), PARTS - 1)
        told = counts.setdefault(part, [0, 0])
        told[0] += step.requests
        told[1] += step.errors
    parts = (ShapePart(number, *counts[number]) for number in sorted(counts))
    return Shape(_moment(first), part_s, tuple(parts))


def _of_requests(runs: Collection[int]) -> dict[int, list[_Step]]:
    """Of those that are there, in the order of one index."""
    found: dict[int, list[_Step]] = {}
    if runs:
        rows = queries.marked(CapturedRequest.objects.filter(run__in=runs)).order_by()
        for run, start, is_success in rows.values_list(
            "run", "started_at", "is_success"
        ):
            step = _Step(start.timestamp(), 0.0, 1, is_success is False)
            found.setdefault(run, []).append(step)
    return found


def _of_figures(runs: Collection[int]) -> dict[int, list[_Step]]:
    kept = Rollup.objects.filter(run__in=runs, run__gt=0).order_by()
    chosen: dict[tuple[int, ...], list[int]] = {}
    for run, first, last in _first_and_last(runs):
        chosen.setdefault(_widths(first, last), []).append(run)
    if not chosen:
        return {}
    rows = kept.filter(_within(chosen)).values_list("run", "step_s", "start")
    failed = Coalesce(Sum("requests", filter=~Q(outcome=SUCCESS)), 0)
    found: dict[int, list[_Step]] = {}
    for run, width, start, n, errors in rows.annotate(Sum("requests"), n_failed=failed):
        step = _Step(start.timestamp(), width, n, errors)
        found.setdefault(run, []).append(step)
    return found


def _first_and_last(runs: Collection[int]) -> Iterable[tuple[int, datetime, datetime]]:
    """The hours of each with figures, from either end of its part of the index: a
    smallest of each group reads all of them."""
    hours = Rollup.objects.filter(run=OuterRef("pk"), run__gt=0, step_s=HOUR_S)
    found = Run.objects.filter(pk__in=runs).order_by()
    rows = found.annotate(
        first=Subquery(hours.order_by("start").values("start")[:1]),
        last=Subquery(hours.order_by("-start").values("start")[:1]),
    )
    return rows.exclude(first=None).values_list("pk", "first", "last")


def _widths(first: datetime, last: datetime) -> tuple[int, ...]:
    """The steps that a run between these hours is read in: few, and fine enough."""
    count = (last - first) // timedelta(hours=1) + 1
    if count <= 4 and first > timezone.now() - MINUTES_KEPT:
        return (MINUTE_S,)
    if count <= 3 * PARTS:
        return (HOUR_S,)
    six_hours = WIDE_S[1]
    return (HOUR_S, six_hours if count * HOUR_S <= PARTS * six_hours else DAY_S)


def _within(chosen: Mapping[tuple[int, ...], Iterable[int]]) -> Q:
    """All rows of these runs in their steps; wide ones are made up to some day."""
    made = days.kept_before() or at(0)
    found = Q()
    for (width, *wider), runs in chosen.items():
        of_runs = Q(run__in=runs)
        if wider:
            found |= of_runs & Q(step_s=wider[0], start__lt=made)
            found |= of_runs & Q(step_s=width, start__gte=made)
        else:
            found |= of_runs & Q(step_s=width)
    return found


def _moment(seconds: float) -> datetime:
    return at(0) + timedelta(seconds=seconds)
