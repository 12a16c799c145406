"""The metrics of sides that are compared: what is shown, tested and better. Pure.

`runs/measure/compare.py` hands in what each run came to, and the turns of the first
runs. Three designs, the first that fits:

- by task, where every run tells one (`task` in its metadata) and both sides have six
  of them: the differences within a task are tested, however often it was repeated;
- by run, where both sides have four;
- by turn, where fewer runs share six turns: then turns are told in `by_turn`, beside
  what the runs came to, and the runs themselves are not judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from operator import attrgetter

from runs.measure import noise, resampling
from runs.measure.differences import (
    ByTurn,
    Difference,
    MetricComparison,
    SideValues,
    TurnFacts,
    TurnPair,
)
from runs.measure.figures import Statistics
from runs.measure.metrics import METRICS, Metric, Value
from runs.measure.noise import Judged, Verdict
from runs.measure.packed import Values
from runs.measure.resampling import Drawn, Interval

FAILED_MORE = 0.05
"""A side of whose requests so much more failed has smaller totals for it."""
OF_TURN: Mapping[str, Callable[[TurnFacts], Value]] = {
    name: attrgetter(name)
    for name in ("cost_usd", "requests", "total_tokens", "output_tokens")
}
"""Metrics that a turn has as well. No time: all turns of a run share a provider's slow
hour, and would be taken for so many witnesses of it."""


@dataclass(frozen=True, slots=True)
class RunFigures:
    """A run that is compared."""

    statistics: Statistics
    task: str = ""
    """What it was about, where its metadata tell; repeats of a task have the same."""


Side = Sequence[RunFigures]
Shown = tuple[float, Interval | None]


@dataclass(frozen=True, slots=True)
class _Tested:
    """Two sides: per metric the difference, and its verdict."""

    basis: str
    gaps: Sequence[float | None]
    intervals: Sequence[Interval | None]
    judged: Sequence[Judged]


def metric_comparisons(
    sides: Sequence[Side], turns: Sequence[TurnPair], primary: str = ""
) -> tuple[MetricComparison, ...]:
    """`primary`: the metric that was chosen before anything was seen."""
    first, *others = sides
    level = noise.LEVEL / len(others)
    chosen = next((i for i, each in enumerate(METRICS) if each.name == primary), None)
    seeds = [resampling.FIRST_SEED] + [resampling.OTHER_SEED] * len(others)
    drawn = [
        resampling.drawn_means(_values(side), seed)
        for side, seed in zip(sides, seeds, strict=True)
    ]
    tested = [
        _tested(first, other, (drawn[0], drawn[place]), level, chosen)
        for place, other in enumerate(others, 1)
    ]
    by_turn = [
        _by_turn(turns, place, level, primary) if test.basis == "" else {}
        for place, test in enumerate(tested, 1)
    ]
    return tuple(
        MetricComparison(
            metric=metric.name,
            unit=metric.unit,
            wanted=metric.wanted,
            sides=tuple(
                _shown(metric, side, means[place])
                for side, means in zip(sides, drawn, strict=True)
            ),
            differences=tuple(
                _difference(metric, place, (first, other), test, pairs)
                for other, test, pairs in zip(others, tested, by_turn, strict=True)
            ),
        )
        for place, metric in enumerate(METRICS)
    )


def _values(side: Side) -> list[Values]:
    return [[metric.number(run.statistics) for run in side] for metric in METRICS]


def _mean(values: Values) -> float | None:
    known = [value for value in values if value is not None]
    return fsum(known) / len(known) if known else None


def _shown(metric: Metric, side: Side, means: Sequence[float | None]) -> SideValues:
    values = tuple(metric.number(run.statistics) for run in side)
    interval = resampling.middle(means)
    return SideValues(
        values=values,
        mean=_mean(values),
        low=interval.low if interval else None,
        high=interval.high if interval else None,
    )


def _tested(
    first: Side,
    other: Side,
    drawn: tuple[Drawn, Drawn],
    level: float,
    chosen: int | None,
) -> _Tested:
    pairs = _task_differences(first, other)
    if pairs:
        means = resampling.drawn_means(pairs, resampling.FIRST_SEED)
        judged = noise.within(pairs, level, chosen)
        return _Tested(
            "task", [*map(_mean, pairs)], [*map(resampling.middle, means)], judged
        )
    before, after = _values(first), _values(other)
    gaps = [_minus(_mean(b), _mean(a)) for a, b in zip(before, after, strict=True)]
    intervals = [resampling.between(a, b) for a, b in zip(*drawn, strict=True)]
    if min(len(first), len(other)) < noise.FEWEST:
        return _Tested("", gaps, intervals, [Judged() for _ in METRICS])
    return _Tested("run", gaps, intervals, noise.between(before, after, level, chosen))


def _task_differences(first: Side, other: Side) -> list[Values]:
    """Per metric and task both have; empty where that is no design."""
    if not all(run.task for run in (*first, *other)):
        return []
    tasks = dict.fromkeys(run.task for run in first)
    shared = [task for task in tasks if any(run.task == task for run in other)]
    if len(shared) < noise.FEWEST_PAIRS:
        return []
    sides = [
        [_values([run for run in side if run.task == task]) for task in shared]
        for side in (first, other)
    ]
    return [
        [
            _minus(_mean(after[place]), _mean(before[place]))
            for before, after in zip(*sides, strict=True)
        ]
        for place in range(len(METRICS))
    ]


def _minus(after: float | None, before: float | None) -> float | None:
    return None if after is None or before is None else after - before


def _difference(
    metric: Metric,
    place: int,
    sides: tuple[Side, Side],
    test: _Tested,
    by_turn: Mapping[str, ByTurn],
) -> Difference:
    gap, judged = test.gaps[place], test.judged[place]
    base = _mean([metric.number(run.statistics) for run in sides[0]])
    interval = test.intervals[place] if gap is not None else None
    caveat = _caveat(metric, gap, sides)
    return Difference(
        absolute=gap,
        percent=gap / base * 100 if gap is not None and base else None,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        verdict=judged.verdict,
        basis=test.basis if judged.verdict is not Verdict.NOT_JUDGED else "",
        smallest_seen=judged.smallest_seen,
        is_more_than_noise=judged.verdict is Verdict.MORE_THAN_NOISE or None,
        is_better=None if caveat else _is_better(metric, gap),
        caveat=caveat,
        by_turn=by_turn.get(metric.name),
    )


def _is_better(metric: Metric, gap: float | None) -> bool | None:
    if metric.wanted == "either" or not gap:
        return None
    return (gap < 0) is (metric.wanted == "lower")


def _caveat(metric: Metric, gap: float | None, sides: tuple[Side, Side]) -> str:
    """Why a total that looks better isn't: less was done for it."""
    if not metric.is_total or not gap:
        return ""
    loser, winner = sides if gap < 0 else reversed(sides)
    failed, before = _failed(winner), _failed(loser)
    if failed - before <= FAILED_MORE:
        return ""
    return (
        f"The smaller total is of requests of which {failed:.0%} failed or have not"
        f" finished ({before:.0%} on the other side)."
    )


def _failed(side: Side) -> float:
    """The share that didn't succeed; of no requests at all, everything."""
    requests = sum(run.statistics.requests for run in side)
    successes = sum(run.statistics.successes for run in side)
    return 1 - successes / requests if requests else 1.0


def _by_turn(
    turns: Sequence[TurnPair], place: int, level: float, primary: str
) -> dict[str, ByTurn]:
    """The turns that both first runs have, and that failed on neither."""
    shared = list(_shared(turns, place))
    if len(shared) < noise.FEWEST_PAIRS:
        return {}
    names = list(OF_TURN)
    pairs: list[Values] = [
        [
            _minus(_number(read(after)), _number(read(before)))
            for before, after in shared
        ]
        for read in OF_TURN.values()
    ]
    chosen = names.index(primary) if primary in OF_TURN else None
    judged = noise.within(pairs, level, chosen)
    drawn = resampling.drawn_means(pairs, resampling.FIRST_SEED)
    metrics = {metric.name: metric for metric in METRICS}
    return {
        name: _of_turns(metrics[name], values, means, verdict)
        for name, values, means, verdict in zip(
            names, pairs, drawn, judged, strict=True
        )
    }


def _shared(
    turns: Sequence[TurnPair], place: int
) -> Iterator[tuple[TurnFacts, TurnFacts]]:
    for turn in turns:
        before, after = turn.sides[0], turn.sides[place]
        if before and after and not before.errors and not after.errors:
            yield before, after


def _of_turns(
    metric: Metric, values: Values, means: Sequence[float | None], judged: Judged
) -> ByTurn:
    gap, interval = _mean(values), resampling.middle(means)
    return ByTurn(
        turns=sum(value is not None for value in values),
        absolute=gap,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        verdict=judged.verdict,
        smallest_seen=judged.smallest_seen,
        is_better=_is_better(metric, gap),
    )


def _number(value: Value) -> float | None:
    return None if value is None else float(value)
