"""Repeats dealt within their tasks: exact where it can be counted, and no alarms."""

from __future__ import annotations

from itertools import chain, combinations, product
from random import Random
from statistics import fmean

from runs.measure.contrast import metric_comparisons
from runs.measure.designs import RunFigures
from runs.measure.figures import Statistics
from runs.measure.metrics import Metric
from runs.measure.noise import Verdict

COST = Metric("cost", "usd", "lower", lambda _: None)


def side(values: dict[str, list[float]]) -> list[RunFigures]:
    return [
        RunFigures(Statistics(), task, {"cost": value})
        for task, found in values.items()
        for value in found
    ]


def verdict(first: dict[str, list[float]], other: dict[str, list[float]]) -> Verdict:
    [found] = metric_comparisons([side(first), side(other)], (), "", (COST,))
    [gap] = found.differences
    assert gap.basis in ("repeat", "")
    return gap.verdict


def counted(first: dict[str, list[float]], other: dict[str, list[float]]) -> float:
    """The share of all ways to deal within tasks that differ as much: by hand."""
    pooled = {task: first[task] + other[task] for task in first}
    ways = []
    for task, values in pooled.items():
        centre = fmean(values)
        values = [value - centre for value in values]
        taken = combinations(range(len(values)), len(first[task]))
        ways.append([sum(values[i] for i in indexes) for indexes in taken])
    sums = [abs(sum(way)) for way in product(*ways)]
    real = abs(sum(chain(*([v - fmean(pooled[t]) for v in first[t]] for t in first))))
    return sum(each >= real - 1e-9 for each in sums) / len(sums)


def test_a_verdict_is_what_counting_every_way_says() -> None:
    dice, seen = Random(5), set()
    for _ in range(30):
        shift = dice.choice((0.0, 1.0, 2.0))
        first = {t: [dice.gauss(m, 1) for _ in range(3)] for t, m in TASKS.items()}
        other = {
            t: [dice.gauss(m + shift, 1) for _ in range(3)] for t, m in TASKS.items()
        }
        said = verdict(first, other)
        seen.add(said)
        is_shown = said is Verdict.MORE_THAN_NOISE
        assert is_shown is (counted(first, other) <= 0.05)
    assert seen == {Verdict.MORE_THAN_NOISE, Verdict.NOT_SHOWN}


TASKS = {"easy": 1.0, "hard": 40.0}


def test_a_hard_task_more_often_is_no_difference() -> None:
    dice = Random(1)

    def draw(easy: int, hard: int) -> dict[str, list[float]]:
        return {
            "easy": [dice.gauss(1, 0.1) for _ in range(easy)],
            "hard": [dice.gauss(40, 0.1) for _ in range(hard)],
        }

    alarms = sum(
        verdict(draw(6, 2), draw(2, 6)) is Verdict.MORE_THAN_NOISE for _ in range(40)
    )
    assert alarms <= 5


def test_a_small_shift_shows_beside_tasks_that_differ_a_lot() -> None:
    first = {"easy": [1.0, 1.1, 0.9, 1.0], "hard": [40.0, 40.1, 39.9, 40.0]}
    other = {task: [value + 0.5 for value in found] for task, found in first.items()}
    assert verdict(first, other) is Verdict.MORE_THAN_NOISE
