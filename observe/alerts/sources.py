"""Where figures come from: what was added up over time, or the requests themselves.

Both tell the sums and the times of a window, as a whole or step by step, and the same
of the same requests. Asked by `figures.py` and `drawing.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Count, Min, Q, QuerySet, Sum
from django.db.models.functions import Trunc

from runs.filters.request_filter import RequestFilter, Where
from runs.filters.tree import Both, Either, Node, Not, Term
from runs.measure import queries
from runs.models import CapturedRequest, Rollup
from runs.models.conditions import Conditions
from runs.models.request_set import CapturedRequestQuerySet
from runs.models.rollup import COST_SUMS, cost_of
from runs.record import Outcome
from runs.rollups import histogram
from runs.rollups.figures import COST_UNIT, REFUSED, SUCCESS, TOKENS
from runs.rollups.histogram import Counts
from runs.rollups.steps import HOUR_S, MINUTE_S, beginning_of

OF_FIGURES = frozenset({"provider", "model", "operation", "run", "outcome"})
"""Filters of these names are columns of both tables."""
MOST_TIMES = 50_000
"""Durations that a percentile of rows reads, the newest."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What can be added, and taken back."""

    requests: int = 0
    errors: int = 0
    tokens: int = 0
    cost: Decimal = Decimal(0)
    priced: int = 0
    unpriced: int = 0

    def plus(self, other: Sums, sign: int = 1) -> Sums:
        return Sums(
            self.requests + sign * other.requests,
            self.errors + sign * other.errors,
            self.tokens + sign * other.tokens,
            self.cost + sign * other.cost,
            self.priced + sign * other.priced,
            self.unpriced + sign * other.unpriced,
        )


def source(where: Where, start: datetime, end: datetime) -> Rollups | Rows:
    """The cheaper one that can tell."""
    return (Rollups if of_figures(where) else Rows)(where, start, end)


def of_figures(where: Where) -> bool:
    """Whether figures over time can be narrowed to it."""
    return where.tree is None or _is_of_figures(where.tree)


def _is_of_figures(node: Node) -> bool:
    if isinstance(node, Term):
        return node.filter.name in OF_FIGURES and node.operator == ":"
    if isinstance(node, Not):
        return _is_of_figures(node.inner)
    return isinstance(node, Both | Either) and all(map(_is_of_figures, node.parts))


def _condition(node: Node, asked: Conditions) -> Q:
    """The same of figures over time, where an answer is a success or an error."""
    if isinstance(node, Not):
        return ~_condition(node.inner, asked)
    if isinstance(node, Both | Either):
        join = and_ if isinstance(node, Both) else or_
        return reduce(join, (_condition(part, asked) for part in node.parts))
    if isinstance(node, Term) and node.filter.name == "outcome":
        named = {value.value for value in node.values}
        answered = {SUCCESS, REFUSED} if Outcome.COMPLETED in named else set()
        return Q(outcome__in=named | answered)
    return node.condition(asked)


class Rollups:
    """Full hours, and minutes before and after; step by step they are of one width."""

    def __init__(self, where: Where, start: datetime, end: datetime) -> None:
        first = beginning_of(start, HOUR_S)
        if first < start:
            first += timedelta(seconds=HOUR_S)
        last = beginning_of(end, HOUR_S)
        self._within = Rollup.objects.filter(start__gte=start, start__lt=end)
        if where.tree is not None:
            asked = CapturedRequest.objects.all().conditions
            self._within = self._within.filter(_condition(where.tree, asked))
        hours = Q(step_s=HOUR_S, start__gte=first, start__lt=last)
        before = Q(step_s=MINUTE_S, start__gte=start, start__lt=first)
        after = Q(step_s=MINUTE_S, start__gte=last, start__lt=end)
        self._rows = self._within.filter(before | hours | after)

    def sums(self) -> Sums:
        return self._sums(self._rows.aggregate(**self._told()))

    def times(self, is_of_ttft: bool) -> Counts:
        counts: Counts = {}
        for _, packed in _packed(self._rows, is_of_ttft):
            histogram.add(counts, packed)
        return counts

    def sums_by(self, step_s: int) -> dict[datetime, Sums]:
        steps = self._within.filter(step_s=step_s).order_by().values("start")
        return {
            each["start"]: self._sums({**each})
            for each in steps.annotate(**self._told())
        }

    def times_by(self, step_s: int, is_of_ttft: bool) -> dict[datetime, Counts]:
        return _gathered(_packed(self._within.filter(step_s=step_s), is_of_ttft))

    def _told(self) -> dict[str, Any]:
        return {
            "n": Sum("requests"),
            "good": Sum("requests", filter=Q(outcome=SUCCESS)),
            **COST_SUMS,
            "known": Sum("priced"),
            "unknown": Sum("unpriced"),
            **{f"{name}_sum": Sum(name) for name in TOKENS},
        }

    def _sums(self, told: dict[str, Any]) -> Sums:
        requests = int(told["n"] or 0)
        return Sums(
            requests=requests,
            errors=requests - int(told["good"] or 0),
            tokens=sum(int(told[f"{name}_sum"] or 0) for name in TOKENS),
            cost=cost_of(told) * COST_UNIT,
            priced=int(told["known"] or 0),
            unpriced=int(told["unknown"] or 0),
        )


def _packed(
    rows: QuerySet[Rollup], is_of_ttft: bool
) -> Iterator[tuple[datetime, Counts]]:
    column = "ttfts" if is_of_ttft else "durations"
    for start, packed in rows.values_list("start", column).iterator(2000):
        yield start, histogram.unpack(packed)


class Rows:
    """The window's requests that are over."""

    def __init__(self, where: Where, start: datetime, end: datetime) -> None:
        window = CapturedRequest.objects.filter(started_at__gte=start)
        first = window.order_by().aggregate(pk=Min("pk"))["pk"]
        over = CapturedRequest.objects.exclude(outcome=Outcome.PENDING)
        within = {"started_at__gte": start, "started_at__lte": end}
        over = over.filter(pk__gte=first or 0, **within)
        self._rows: CapturedRequestQuerySet = (
            RequestFilter(where=where).apply(over) if first else over.none()
        )

    def sums(self) -> Sums:
        return self._sums(self._rows.order_by().aggregate(**self._told()))

    def times(self, is_of_ttft: bool) -> Counts:
        counts: Counts = {}
        for _, one in self._times(is_of_ttft):
            histogram.add(counts, one)
        return counts

    def sums_by(self, step_s: int) -> dict[datetime, Sums]:
        step = Trunc("started_at", "hour" if step_s == HOUR_S else "minute", tzinfo=UTC)
        steps = self._rows.order_by().values(step=step).annotate(**self._told())
        return {each["step"]: self._sums(each) for each in steps}

    def times_by(self, step_s: int, is_of_ttft: bool) -> dict[datetime, Counts]:
        return _gathered(
            (beginning_of(at, step_s), one) for at, one in self._times(is_of_ttft)
        )

    def _times(self, is_of_ttft: bool) -> Iterator[tuple[datetime, Counts]]:
        column = "ttft_ms" if is_of_ttft else "duration_ms"
        known = self._rows.filter(**{f"{column}__isnull": False}).order_by("-pk")
        for at, time_ms in known.values_list("started_at", column)[:MOST_TIMES]:
            yield at, {histogram.bucket(time_ms): 1}

    def _told(self) -> dict[str, Any]:
        return {
            "n": Count("pk"),
            "good": Count("pk", filter=Q(outcome=Outcome.COMPLETED, is_success=True)),
            "known": Count("cost_usd"),
            "unknown": Count("pk", filter=Q(is_unpriced=True)),
            **{f"{name}_sum": Sum(f"{name}_tokens") for name in TOKENS},
            **queries.cost_sums(self._rows.db),
        }

    def _sums(self, told: dict[str, Any]) -> Sums:
        return Sums(
            requests=told["n"],
            errors=told["n"] - told["good"],
            tokens=sum(told[f"{name}_sum"] or 0 for name in TOKENS),
            cost=queries.dollars(told["whole"], told["rest"]),
            priced=told["known"],
            unpriced=told["unknown"],
        )


def _gathered(
    times: Iterable[tuple[datetime, Counts]],
) -> dict[datetime, Counts]:
    found: dict[datetime, Counts] = {}
    for at, counts in times:
        histogram.add(found.setdefault(at, {}), counts)
    return found
