"""Made-up experiments: how often is anything called more than noise? Pure.

`weir experiments simulate` counts it (docs/experiments.md has the table). Sessions of a
task are alike and tasks are not: every task has a level of its own, sessions spread
around it, and metrics of a session move together. What is asked is what reports ask.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, log, sqrt
from random import Random

from runs.measure.contrast import metric_comparisons
from runs.measure.designs import RunFigures
from runs.measure.figures import Statistics
from runs.measure.metrics import Metric
from runs.measure.noise import Verdict

METRICS = (
    Metric("cost_usd", "usd", "lower", lambda _: None),
    Metric("total_tokens", "tokens", "lower", lambda _: None),
    Metric("busy_ms", "ms", "lower", lambda _: None),
    Metric("passed", "share", "higher", lambda _: None),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What is made up."""

    tasks: int = 2
    repeats: int = 5
    arms: int = 2
    spread: float = 0.3
    effect: float = 0.0
    """By which the second arm costs more; 0: all arms are the same."""

    @property
    def levels(self) -> list[float]:
        """Of the tasks: the largest is e times the smallest."""
        return [exp(place / max(self.tasks - 1, 1)) for place in range(self.tasks)]


def alarms(made: Made, experiments: int, seed: int = 1) -> Iterator[bool]:
    """Of each: is a difference called more than noise? Where there is an effect: the
    one in the cost, as the primary metric; else any, of any arm."""
    dice = Random(seed)
    for _ in range(experiments):
        sides = [
            _arm(dice, made.levels, made, made.effect if place == 1 else 0.0)
            for place in range(made.arms)
        ]
        primary = METRICS[0].name if made.effect else ""
        found = metric_comparisons(sides, (), primary, METRICS)
        asked = found[:1] if made.effect else found
        yield any(
            gap.verdict is Verdict.MORE_THAN_NOISE
            for metric in asked
            for gap in (metric.differences[:1] if made.effect else metric.differences)
        )


def _arm(
    dice: Random, levels: list[float], made: Made, effect: float
) -> list[RunFigures]:
    # So that the standard deviation by the mean is `spread`.
    sigma = sqrt(log(1 + made.spread**2))
    return [
        _session(dice, f"task {place}", level * (1 + effect), sigma)
        for place, level in enumerate(levels)
        for _ in range(made.repeats)
    ]


def _session(dice: Random, task: str, level: float, sigma: float) -> RunFigures:
    cost = level * dice.lognormvariate(0, sigma)
    told = {
        "cost_usd": cost,
        "total_tokens": 1e5 * cost * dice.lognormvariate(0, 0.1),
        "busy_ms": 1e4 * cost * dice.lognormvariate(0, 0.4),
        "passed": float(dice.random() < 0.7),
    }
    return RunFigures(Statistics(), task, told)
