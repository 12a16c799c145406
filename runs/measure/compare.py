"""Two or more sets of runs side by side: every metric, and their turns.

A side is one run or several of the same kind; with several there is an interval, and a
verdict whether a difference is more than noise (`noise.py`). Everything is beside the
first side.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from runs.measure import noise, statistics
from runs.measure.differences import (
    Comparison,
    Difference,
    MetricComparison,
    RunName,
    SideValues,
    TurnPair,
)
from runs.measure.figures import Statistics
from runs.measure.metrics import METRICS, Metric
from runs.measure.turn_facts import MAX_TURNS, turn_facts
from runs.measure.turn_pairs import pair
from runs.models import CapturedRequest, Run

Values = tuple[float | None, ...]


def compare(sides: Sequence[Sequence[Run]]) -> Comparison:
    """The first run of a side stands for it where turns are compared."""
    found = [[_statistics(run) for run in side] for side in sides]
    turns, left_out = _turns([side[0] for side in sides])
    return Comparison(
        sides=tuple(tuple(map(_name, side)) for side in sides),
        metrics=tuple(_compare(metric, found) for metric in METRICS),
        turns=turns,
        turns_left_out=left_out,
    )


def _statistics(run: Run) -> Statistics:
    return statistics.of(CapturedRequest.objects.filter(run=run))


def _name(run: Run) -> RunName:
    return RunName(
        id=str(run.uid), name=run.name, started_at=run.started_at.isoformat()
    )


def _turns(runs: Sequence[Run]) -> tuple[tuple[TurnPair, ...], int]:
    found = [turn_facts(run) for run in runs]
    left_out = sum(max(run.turns.count() - MAX_TURNS, 0) for run in runs)
    return pair(found), left_out


def _compare(
    metric: Metric, statistics: Sequence[Sequence[Statistics]]
) -> MetricComparison:
    sides = [tuple(metric.number(run) for run in side) for side in statistics]
    first, *others = sides
    return MetricComparison(
        metric=metric.name,
        unit=metric.unit,
        wanted=metric.wanted,
        sides=tuple(map(_side, sides)),
        differences=tuple(_difference(metric, first, other) for other in others),
    )


def _known(values: Values) -> list[float]:
    return [value for value in values if value is not None]


def _side(values: Values) -> SideValues:
    known = _known(values)
    interval = noise.spread(known)
    return SideValues(
        values=values,
        median=median(known) if known else None,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
    )


def _difference(metric: Metric, first: Values, other: Values) -> Difference:
    before, after = _known(first), _known(other)
    if not before or not after:
        return _unknown()
    base = median(before)
    gap = median(after) - base
    interval = noise.difference(before, after)
    return Difference(
        absolute=gap,
        percent=gap / base * 100 if base else None,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        is_more_than_noise=noise.is_more_than_noise(before, after, interval),
        is_better=_is_better(metric, gap),
    )


def _unknown() -> Difference:
    return Difference(
        absolute=None,
        percent=None,
        low=None,
        high=None,
        is_more_than_noise=None,
        is_better=None,
    )


def _is_better(metric: Metric, gap: float) -> bool | None:
    if metric.wanted == "either" or not gap:
        return None
    return (gap < 0) is (metric.wanted == "lower")
