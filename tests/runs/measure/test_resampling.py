"""Intervals hold what they say, and cost little."""

from __future__ import annotations

import time
from random import Random
from statistics import mean

import pytest

from runs.measure import noise, resampling
from runs.measure.packed import Packed, Values


def drawn(values: list[float | None]) -> list[float | None]:
    return resampling.drawn_means([values], resampling.FIRST_SEED)[0]


def test_sums_of_packed_runs_are_sums_of_their_metrics() -> None:
    metrics: list[Values] = [
        [1.0, 2.0, 4.0],
        [None, 0.5, 0.25],
        [7.0, 7.0, 7.0],
        [None] * 3,
    ]
    packed = Packed(metrics)
    whole = packed.means(sum(packed.units))
    assert whole == [pytest.approx(7 / 3), pytest.approx(0.375), 7.0, None]
    assert packed.means(packed.units[0]) == [pytest.approx(1.0), None, 7.0, None]


def test_an_interval_holds_the_mean() -> None:
    values: list[float | None] = [10.0, 11.0, 12.0, 10.5, 11.5]
    interval = resampling.middle(drawn(values))
    assert interval is not None
    assert 10 < interval.low < 11 < interval.high < 12


def test_an_interval_of_equal_values_is_a_point() -> None:
    assert resampling.middle(drawn([3.0] * 4)) == resampling.Interval(3.0, 3.0)


def test_a_single_run_has_no_interval() -> None:
    assert resampling.middle(drawn([1.0])) is None
    assert resampling.between(drawn([1.0]), drawn([1.0, 2.0])) is None


def test_intervals_of_differences_hold_the_difference_most_of_the_time() -> None:
    dice = Random(1)
    held = 0
    for _ in range(100):
        first: list[float | None] = [dice.gauss(5, 1) for _ in range(20)]
        other: list[float | None] = [dice.gauss(7, 1) for _ in range(20)]
        after = resampling.drawn_means([other], resampling.OTHER_SEED)[0]
        found = resampling.between(drawn(first), after)
        assert found is not None
        held += found.low <= 2 <= found.high
    assert held >= 86


def test_twenty_sides_of_fifty_runs_take_about_a_second() -> None:
    dice = Random(2)
    sides = [
        [[dice.gauss(5, 1) for _ in range(50)] for _ in range(24)] for _ in range(20)
    ]
    begun = time.thread_time()
    means = [resampling.drawn_means(side, seed) for seed, side in enumerate(sides)]
    for other, side in zip(means[1:], sides[1:], strict=True):
        for metric, first in zip(other, means[0], strict=True):
            assert resampling.between(first, metric) is not None
        noise.between(sides[0], side, noise.LEVEL / 19)
    assert time.thread_time() - begun < 2
    assert mean(value or 0 for value in means[0][0]) == pytest.approx(5, abs=0.5)
