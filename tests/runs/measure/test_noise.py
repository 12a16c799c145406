"""What is chance is called chance, what isn't isn't; the same every time."""

from __future__ import annotations

from random import Random

import pytest

from runs.measure import noise

SLOW, FAST = [10.0, 11.0, 12.0, 10.5, 11.5], [5.0, 5.5, 6.0, 5.2, 5.8]


def verdict(first: list[float], second: list[float]) -> bool | None:
    interval = noise.difference(first, second)
    return noise.is_more_than_noise(first, second, interval)


def test_sides_that_never_overlap_differ() -> None:
    assert verdict(SLOW, FAST) is True
    found = noise.difference(SLOW, FAST)
    assert found is not None
    assert -7 < found.low <= found.high < -4


def test_runs_of_one_kind_seldom_differ() -> None:
    dice = Random(1)
    found = [
        verdict(
            [dice.lognormvariate(0, 0.5) for _ in range(5)],
            [dice.lognormvariate(0, 0.5) for _ in range(5)],
        )
        for _ in range(40)
    ]
    assert found.count(True) <= 4


def test_equal_values_do_not_differ() -> None:
    assert verdict([3.0] * 5, [3.0] * 5) is False
    assert verdict([3.0] * 5, [4.0] * 5) is True


def test_three_runs_a_side_are_too_few_for_a_verdict() -> None:
    assert verdict(SLOW[:3], FAST[:3]) is None
    assert noise.difference(SLOW[:3], FAST[:3]) is not None


def test_a_single_run_has_no_interval() -> None:
    assert noise.spread([1.0]) is None
    assert noise.difference([1.0], [2.0, 3.0]) is None


def test_the_same_values_give_the_same_interval() -> None:
    assert noise.spread(SLOW) == noise.spread(SLOW)


def test_all_ways_to_deal_four_and_four_are_counted() -> None:
    assert noise.chance([1, 2, 3, 4], [11, 12, 13, 14]) == pytest.approx(2 / 70)


def test_many_runs_are_dealt_by_chance() -> None:
    dice = Random(2)
    first = [dice.gauss(10, 1) for _ in range(30)]
    assert noise.chance(first, [value + 3 for value in first]) < 0.01
    assert noise.chance(first, [value + 0.01 for value in first]) > 0.5
