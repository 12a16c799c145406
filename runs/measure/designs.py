"""How two sides of runs are tested: by task, by repeat within tasks, or by run. Pure.

`runs/measure/contrast.py` asks, for all metrics at once, and tells what came out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum

from runs.measure import noise, resampling, strata
from runs.measure.figures import Statistics
from runs.measure.metrics import Metric
from runs.measure.noise import Judged
from runs.measure.packed import Values
from runs.measure.resampling import Drawn, Interval


@dataclass(frozen=True, slots=True)
class RunFigures:
    """A run that is compared."""

    statistics: Statistics
    task: str = ""
    """What it was about, where its metadata tell; repeats of a task have the same."""
    told: Mapping[str, float | None] = field(default_factory=dict)
    """Metrics that statistics of requests don't have, such as scores."""

    def number(self, metric: Metric) -> float | None:
        if metric.name in self.told:
            return self.told[metric.name]
        return metric.number(self.statistics)


Side = Sequence[RunFigures]


@dataclass(frozen=True, slots=True)
class Tested:
    """Two sides: per metric the difference, and its verdict."""

    basis: str
    gaps: Sequence[float | None]
    intervals: Sequence[Interval | None]
    judged: Sequence[Judged]


def tested(
    first: Side,
    other: Side,
    drawn: tuple[Drawn, Drawn],
    level: float,
    chosen: int | None,
    metrics: Sequence[Metric],
) -> Tested:
    pairs = _task_differences(first, other, metrics)
    if pairs:
        means = resampling.drawn_means(pairs, resampling.FIRST_SEED)
        judged = noise.within(pairs, level, chosen)
        return Tested(
            "task", [*map(mean, pairs)], [*map(resampling.middle, means)], judged
        )
    if repeats := _repeats(first, other):
        return _of_repeats(*repeats, level, chosen, metrics)
    before, after = values_of(first, metrics), values_of(other, metrics)
    gaps = [minus(mean(b), mean(a)) for a, b in zip(before, after, strict=True)]
    intervals = [resampling.between(a, b) for a, b in zip(*drawn, strict=True)]
    if min(len(first), len(other)) < noise.FEWEST:
        return Tested("", gaps, intervals, [Judged() for _ in metrics])
    return Tested("run", gaps, intervals, noise.between(before, after, level, chosen))


def _repeats(first: Side, other: Side) -> tuple[Side, Side] | None:
    """The runs of tasks that both sides have; None where that is no design."""
    if not all(run.task for run in (*first, *other)):
        return None
    shared = {run.task for run in first} & {run.task for run in other}
    a, b = ([run for run in side if run.task in shared] for side in (first, other))
    return (a, b) if len(shared) > 1 and min(len(a), len(b)) >= noise.FEWEST else None


def _of_repeats(
    first: Side,
    other: Side,
    level: float,
    chosen: int | None,
    metrics: Sequence[Metric],
) -> Tested:
    before, after = values_of(first, metrics), values_of(other, metrics)
    tasks = [run.task for run in first], [run.task for run in other]
    judged = strata.judged(before, after, tasks, level, chosen)
    pairs = _differences(first, other, dict.fromkeys(tasks[0]), metrics)
    drawn = strata.drawn_differences(
        *(
            [(run.task, [run.number(metric) for metric in metrics]) for run in side]
            for side in (first, other)
        )
    )
    intervals = [resampling.middle(means) for means in drawn]
    return Tested("repeat", [*map(mean, pairs)], intervals, judged)


def _task_differences(
    first: Side, other: Side, metrics: Sequence[Metric]
) -> list[Values]:
    """Per metric and task both have; empty where that is no design."""
    if not all(run.task for run in (*first, *other)):
        return []
    tasks = dict.fromkeys(run.task for run in first)
    shared = [task for task in tasks if any(run.task == task for run in other)]
    if len(shared) < noise.FEWEST_PAIRS:
        return []
    return _differences(first, other, shared, metrics)


def _differences(
    first: Side, other: Side, tasks: Iterable[str], metrics: Sequence[Metric]
) -> list[Values]:
    """Per metric and task, the second side's mean less the first's."""
    sides = [
        [
            values_of([run for run in side if run.task == task], metrics)
            for task in tasks
        ]
        for side in (first, other)
    ]
    return [
        [
            minus(mean(after[place]), mean(before[place]))
            for before, after in zip(*sides, strict=True)
        ]
        for place in range(len(metrics))
    ]


def values_of(side: Side, metrics: Sequence[Metric]) -> list[Values]:
    return [[run.number(metric) for run in side] for metric in metrics]


def mean(values: Values) -> float | None:
    known = [value for value in values if value is not None]
    return fsum(known) / len(known) if known else None


def minus(after: float | None, before: float | None) -> float | None:
    return None if after is None or before is None else after - before
