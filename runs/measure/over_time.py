"""Reads the figures over time: a range in steps, by what one likes, and as a whole.

Asked by `runs/api/figures.py` and by pages. No request is read: `runs/rollups/` has
added them up. Steps begin at UTC's full minutes, hours or days.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from django.db.models import Q, QuerySet, Sum, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from runs.models import Rollup
from runs.models.rollup import COST_SUMS, cost_of
from runs.rollups import histogram
from runs.rollups.covering import covering
from runs.rollups.figures import (
    HISTOGRAMS,
    STORED,
    SUCCESS,
    SUMS,
    Figures,
    added_up,
    together,
)
from runs.rollups.steps import HOUR_S, MINUTE_S, MINUTES_KEPT, WIDE_S, at

By = Literal["", "provider", "model", "operation", "outcome", "run"]
STEPS = (60, 300, 900, 3600, 3 * 3600, 6 * 3600, 24 * 3600, 7 * 24 * 3600)
"""Widths of a step, in seconds."""
MOST_STEPS, MOST_LONG = 100, 50
"""Of one drawing, some pixels each, and of one of days, each of whose steps is added up
of hundreds of rows. Ten years have more, of a week each, and are drawn with all."""


@dataclass(frozen=True, slots=True)
class Range:
    """From a step's beginning to another's; `end` is outside."""

    start: datetime
    end: datetime
    step_s: int

    @property
    def steps(self) -> int:
        return int((self.end - self.start).total_seconds()) // self.step_s

    def start_of(self, step: int) -> datetime:
        """When the step with this number begins."""
        return self.start + timedelta(seconds=self.step_s * step)

    def step_of(self, moment: datetime) -> int:
        """The number of the step that it is in."""
        return int((moment - self.start).total_seconds()) // self.step_s

    @property
    def before(self) -> Range:
        """The same length of time just before."""
        return Range(self.start - (self.end - self.start), self.start, self.step_s)


@dataclass(slots=True)
class OverTime:
    """A range as it is drawn."""

    range: Range
    total: Figures = field(default_factory=Figures)
    errors: int = 0
    groups: dict[str, Figures] = field(default_factory=dict)
    """By the value asked for, whole range; without one, none."""
    group_errors: dict[str, int] = field(default_factory=dict)
    points: dict[tuple[int, str], Figures] = field(default_factory=dict)
    """(Number of the step, value of the group or "") → what happened in it."""
    point_errors: dict[tuple[int, str], int] = field(default_factory=dict)


EVERYTHING = Q()
LASTS = {
    "1h": timedelta(hours=1),
    "6h": timedelta(hours=6),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}
"""Ranges until now, by their words."""
LONGEST = timedelta(days=3660)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
NAMES = ("provider", "model", "operation", "outcome", "run")
"""What figures can be narrowed to."""


def asked_range(last: str, start: datetime | None, end: datetime | None) -> Range:
    """Until `end` or now, from `start` or one of LASTS before; `ValueError` is for
    users."""
    until = end or timezone.now()
    since = start or max(until, EARLIEST + LONGEST) - LASTS[last]
    if not EARLIEST <= since < until <= LATEST or until - since > LONGEST:
        raise ValueError(
            "start: it must lie before `end`, by ten years at most, both between"
            f" {EARLIEST.year} and {LATEST.year}."
        )
    return fitting(since, until)


def fitting(start: datetime, end: datetime) -> Range:
    """The narrowest step that draws the range in that many at most, and the range
    widened to whole steps; minutes only where they are kept."""
    length = max((end - start).total_seconds(), 60.0)
    most = MOST_STEPS if length <= MINUTES_KEPT.total_seconds() else MOST_LONG
    wide = [step for step in STEPS if length / step <= most] or [STEPS[-1]]
    if start < timezone.now() - MINUTES_KEPT:
        wide = [step for step in wide if step >= HOUR_S] or [STEPS[-1]]
    step = wide[0]
    first = int(start.timestamp()) // step * step
    last = math.ceil(end.timestamp() / step) * step
    return Range(at(first), at(max(last, first + step)), step)


def read(
    asked: Range,
    by: By = "",
    where: Mapping[str, Collection[Any]] | None = None,
    condition: Q = EVERYTHING,
) -> OverTime:
    """The figures of a range; `where` narrows to some values of a name, and
    `condition` says what else is true of them."""
    found = OverTime(asked)
    for key, rows in _by_point(by, asked, _rows(asked, where, condition)).items():
        failed = sum(row[1] for row in rows if row[0] != SUCCESS)
        found.points[key] = added_up([row[1:] for row in rows])
        found.point_errors[key] = failed
    groups = defaultdict[str, list[Figures]](list)
    for (_, value), figures in found.points.items():
        groups[value].append(figures)
    for (_, value), failed in found.point_errors.items():
        found.group_errors[value] = found.group_errors.get(value, 0) + failed
    found.groups = {value: together(figures) for value, figures in groups.items()}
    found.total = together(found.groups.values())
    found.errors = sum(found.group_errors.values())
    return found


def whole(
    asked: Range,
    where: Mapping[str, Collection[Any]] | None = None,
    condition: Q = EVERYTHING,
) -> OverTime:
    """Only what the range came to: a comparison needs no steps and no groups."""
    rows = _rows(asked, where, condition, is_whole=True)
    return OverTime(asked, *added(rows))


def added(rows: QuerySet[Rollup]) -> tuple[Figures, int]:
    """What some rows came to, and how many errors are in it."""
    plain = [name for name in SUMS if name != "cost"]
    sums = {f"{name}_sum": Sum(name) for name in plain} | COST_SUMS
    told: list[dict[str, Any]] = [
        {**each} for each in rows.order_by().values("outcome").annotate(**sums)
    ]
    columns = zip(*rows.order_by().values_list(*HISTOGRAMS), strict=True)
    counts = [histogram.merged(each) for each in columns] or [{}, {}, {}]
    total: dict[str, Any] = dict(zip(HISTOGRAMS, counts, strict=True))
    for name in plain:
        total[name] = sum(int(each[f"{name}_sum"]) for each in told)
    failed = [each["requests_sum"] for each in told if each["outcome"] != SUCCESS]
    return Figures(**total, cost=sum(map(cost_of, told))), int(sum(failed))


def requests(asked: Range) -> list[int]:
    """How many there were, of each step."""
    rows = _rows(asked, None).values_list("start").annotate(Sum("requests")).order_by()
    found = [0] * asked.steps
    for start, count in rows:
        found[asked.step_of(start)] += int(count)
    return found


def _by_point(
    by: By, asked: Range, rows: QuerySet[Rollup]
) -> dict[tuple[int, str], list[Sequence[Any]]]:
    """Step and value → outcome and STORED of its rows."""
    # Text: to make a time of it in each row is half of what SQLite's rows take.
    columns = ("start_told", by or "step_s", "outcome", *STORED)
    told = rows.annotate(start_told=Cast("start", TextField())).values_list(*columns)
    found = defaultdict[tuple[int, str], list[Sequence[Any]]](list)
    steps: dict[str, int] = {}
    for start, value, *row in told.iterator(5000):
        step = steps.get(start)
        if step is None:
            step = steps[start] = asked.step_of(_moment(start))
        found[step, str(value) if by else ""].append(row)
    return found


def _moment(told: str) -> datetime:
    """SQLite keeps UTC without saying so."""
    moment = datetime.fromisoformat(told)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _rows(
    asked: Range,
    where: Mapping[str, Collection[Any]] | None,
    condition: Q = EVERYTHING,
    *,
    is_whole: bool = False,
) -> QuerySet[Rollup]:
    """The rows that make up a range, the widest that there are; `is_whole`: also such
    as reach over several of its steps."""
    kept = MINUTE_S if asked.step_s < HOUR_S else HOUR_S
    widths = [
        width
        for width in (MINUTE_S, HOUR_S, *WIDE_S)
        if width >= kept and (is_whole or asked.step_s % width == 0)
    ]
    rows = Rollup.objects.filter(condition, covering(asked.start, asked.end, widths))
    only = {f"{name}__in": list(told) for name, told in (where or {}).items()}
    return rows.filter(**only)
