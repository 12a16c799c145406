"""The one function that says what a condition comes to now: of preview and of alert.

Where the filter is of provider, model, operation and run alone, figures over time have
added it up. Else the requests of the window are summed by the database: all indexes end
with the id, and the window's first id bounds them. Both begin at a full minute.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Count, Min, Q, Sum

from observe.alerts.conditions import Condition, Metric
from runs.filters import BadFilter
from runs.filters.request_filter import RequestFilter, Where
from runs.filters.tree import Both, Either, Node, Not, Term
from runs.measure import queries
from runs.models import CapturedRequest, Rollup
from runs.models.conditions import Conditions
from runs.models.request_set import CapturedRequestQuerySet
from runs.record import Outcome
from runs.rollups import histogram
from runs.rollups.figures import COST_UNIT, REFUSED, SUCCESS, TOKENS
from runs.rollups.histogram import Counts
from runs.rollups.ledger import HOUR_S, MINUTE_S, MINUTES_KEPT

_SAME = frozenset({"provider", "model", "operation", "run"})
"""Filters of these names are columns of both tables."""
OF_FIGURES = _SAME | {"outcome"}
LONGEST_OF_ROWS = timedelta(days=1)
MOST_TIMES = 50_000
"""Durations that a percentile of rows reads, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a condition comes to, and of what."""

    value: Decimal | float | None
    """None: not known, as the errors' share of no requests."""
    requests: int
    unpriced: int
    """Billed, and their cost not known."""
    start: datetime
    end: datetime
    is_broken: bool


@dataclass(frozen=True, slots=True)
class _Sums:
    requests: int = 0
    errors: int = 0
    tokens: int = 0
    cost: Decimal | None = None
    unpriced: int = 0


def read(
    condition: Condition, where: str, *, least: int = 1, at: datetime | None = None
) -> Reading:
    """Raises `BadFilter`."""
    end = at or datetime.now(UTC)
    found = Where.read(where)
    start = _beginning(end, condition.window)
    of_figures = found.tree is None or is_of_figures(found.tree)
    check_length(found, condition)
    source = _Rollups(start, found) if of_figures else _Rows(start, found)
    sums = source.sums()
    value = _value(condition, sums, source)
    is_enough = not condition.wants_some or sums.requests >= least
    return Reading(
        value=value,
        requests=sums.requests,
        unpriced=sums.unpriced,
        start=start,
        end=end,
        is_broken=is_enough and condition.is_broken_by(value),
    )


def check_length(where: Where, condition: Condition) -> None:
    """Raises `BadFilter` where so much can't be summed every few seconds."""
    if where.tree is None or is_of_figures(where.tree):
        return
    if condition.window > LONGEST_OF_ROWS:
        raise BadFilter(
            "A window of more than a day is for filters of"
            f" {', '.join(sorted(OF_FIGURES))} alone."
        )


def is_of_figures(node: Node) -> bool:
    """Whether figures over time can be narrowed to it."""
    if isinstance(node, Term):
        return node.filter.name in OF_FIGURES and node.operator == ":"
    if isinstance(node, Not):
        return is_of_figures(node.inner)
    return isinstance(node, Both | Either) and all(map(is_of_figures, node.parts))


def _beginning(end: datetime, window: timedelta) -> datetime:
    """The minute, or where those are gone the hour, in which the window begins."""
    start = end - window
    is_old = window > MINUTES_KEPT - timedelta(hours=1)
    step = HOUR_S if is_old else MINUTE_S
    return datetime.fromtimestamp(int(start.timestamp()) // step * step, UTC)


def _value(
    condition: Condition, sums: _Sums, source: _Rollups | _Rows
) -> Decimal | float | None:
    if condition.percentile is not None:
        counts = source.times(condition.is_of_ttft)
        return histogram.percentile(counts, condition.percentile)
    if condition.is_share:
        return 100 * sums.errors / sums.requests if sums.requests else None
    return {
        Metric.REQUESTS: sums.requests,
        Metric.ERRORS: sums.errors,
        Metric.TOKENS: sums.tokens,
        Metric.COST: sums.cost,
    }[condition.metric]


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


class _Rollups:
    """Minutes up to the first full hour, then hours."""

    def __init__(self, start: datetime, where: Where) -> None:
        hour = int(start.timestamp()) // HOUR_S * HOUR_S
        full = datetime.fromtimestamp(hour, UTC)
        if full < start:
            full += timedelta(seconds=HOUR_S)
        minutes = Q(step_s=MINUTE_S, start__gte=start, start__lt=full)
        hours = Q(step_s=HOUR_S, start__gte=full)
        self._rows = Rollup.objects.filter(minutes | hours)
        if where.tree is not None:
            asked = CapturedRequest.objects.all().conditions
            self._rows = self._rows.filter(_condition(where.tree, asked))

    def sums(self) -> _Sums:
        told: dict[str, Any] = self._rows.aggregate(
            n=Sum("requests"),
            good=Sum("requests", filter=Q(outcome=SUCCESS)),
            cost_sum=Sum("cost"),
            known=Sum("priced"),
            unknown=Sum("unpriced"),
            **{f"{name}_sum": Sum(name) for name in TOKENS},
        )
        requests = int(told["n"] or 0)
        return _Sums(
            requests=requests,
            errors=requests - int(told["good"] or 0),
            tokens=sum(int(told[f"{name}_sum"] or 0) for name in TOKENS),
            cost=int(told["cost_sum"]) * COST_UNIT if told["known"] else None,
            unpriced=int(told["unknown"] or 0),
        )

    def times(self, is_of_ttft: bool) -> Counts:
        counts: Counts = {}
        column = "ttfts" if is_of_ttft else "durations"
        for packed in self._rows.values_list(column, flat=True).iterator(2000):
            histogram.add(counts, histogram.unpack(packed))
        return counts


class _Rows:
    """The window's requests that are over."""

    def __init__(self, start: datetime, where: Where) -> None:
        window = CapturedRequest.objects.filter(started_at__gte=start)
        first = window.order_by().aggregate(pk=Min("pk"))["pk"]
        over = CapturedRequest.objects.exclude(outcome=Outcome.PENDING)
        over = over.filter(started_at__gte=start, pk__gte=first or 0)
        self._rows: CapturedRequestQuerySet = (
            RequestFilter(where=where).apply(over) if first else over.none()
        )

    def sums(self) -> _Sums:
        told: dict[str, Any] = self._rows.order_by().aggregate(
            n=Count("pk"),
            good=Count("pk", filter=Q(outcome=Outcome.COMPLETED, is_success=True)),
            known=Count("cost_usd"),
            unknown=Count("pk", filter=Q(is_unpriced=True)),
            **{f"{name}_sum": Sum(f"{name}_tokens") for name in TOKENS},
            **queries.cost_sums(self._rows.db),
        )
        cost = queries.dollars(told["whole"], told["rest"])
        return _Sums(
            requests=told["n"],
            errors=told["n"] - told["good"],
            tokens=sum(told[f"{name}_sum"] or 0 for name in TOKENS),
            cost=cost if told["known"] else None,
            unpriced=told["unknown"],
        )

    def times(self, is_of_ttft: bool) -> Counts:
        column = "ttft_ms" if is_of_ttft else "duration_ms"
        known = self._rows.filter(**{f"{column}__isnull": False}).order_by("-pk")
        return _counted(known.values_list(column, flat=True)[:MOST_TIMES])


def _counted(times_ms: Iterable[float]) -> Counts:
    return dict(Counter(map(histogram.bucket, times_ms)))
