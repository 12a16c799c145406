"""pass@k and pass^k against every way to take k of the tries."""

from __future__ import annotations

from itertools import combinations

import pytest

from runs.experiments.passing import passing


@pytest.mark.parametrize("passed", [0, 1, 3, 5])
def test_as_counted_over_all_ways_to_take_k(passed: int) -> None:
    tries = [True] * passed + [False] * (5 - passed)
    for found in passing({"task": tries}):
        ways = list(combinations(tries, found.k))
        assert found.any == pytest.approx(sum(map(any, ways)) / len(ways))
        assert found.all == pytest.approx(sum(map(all, ways)) / len(ways))


def test_the_mean_is_over_tasks_and_k_ends_with_the_fewest_tries() -> None:
    found = passing({"easy": [True] * 9, "hard": [False, False], "unasked": []})
    assert [(each.k, each.any, each.all) for each in found] == [
        (1, 0.5, 0.5),
        (2, 0.5, 0.5),
    ]
    assert passing({}) == ()
