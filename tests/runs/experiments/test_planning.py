"""Plans hold: what is planned for is found, and what isn't there is not."""

from __future__ import annotations

import pytest

from runs.experiments import planning
from runs.experiments.simulation import Made, alarms

EXPERIMENTS = 60


def test_nothing_is_found_where_all_arms_are_the_same() -> None:
    found = sum(alarms(Made(tasks=2, repeats=4), EXPERIMENTS))
    assert found <= 8  # of 5 % in 60 more are one in a hundred


def test_what_is_planned_for_is_found() -> None:
    made = Made(tasks=2)
    number = planning.repeats(
        0.5, 0.3, tasks=2, arms=2, uneven=planning.unevenness(made.levels)
    )
    assert number is not None
    planned = Made(tasks=2, repeats=number, spread=0.3, effect=0.5)
    assert sum(alarms(planned, EXPERIMENTS)) >= 40  # of 80 %


def test_a_smaller_effect_or_another_arm_needs_more() -> None:
    def repeats(effect: float, **more: int) -> int:
        return planning.repeats(effect, 0.3, **{"tasks": 2, "arms": 2, **more}) or 0

    assert repeats(0.1) > 3 * repeats(0.2) > repeats(0.2)
    assert repeats(0.2, arms=4) > repeats(0.2)
    assert repeats(0.2, tasks=1) > repeats(0.2)
    assert repeats(0.2, tasks=6) * 6 > repeats(0.2, tasks=5) * 5
    assert planning.repeats(0.001, 2.0, tasks=1, arms=2) is None


def test_of_seven_tasks_one_may_differ_the_other_way() -> None:
    uneven = planning.unevenness(Made(tasks=7).levels)
    number = planning.repeats(0.3, 0.3, tasks=7, arms=2, uneven=uneven)
    assert number == 5
    made = Made(tasks=7, repeats=number, spread=0.3, effect=0.3)
    assert sum(alarms(made, EXPERIMENTS)) >= 40


def test_a_spread_is_within_arms_and_tasks() -> None:
    cells = {("a", "x"): [9.0, 11.0], ("a", "y"): [90.0, 110.0], ("b", "x"): [5.0]}
    found = planning.spread(cells)
    assert found is not None
    assert found.share == pytest.approx(0.1 * 2**0.5)
    assert found.sessions == 4
    assert planning.spread({("a", "x"): [1.0]}) is None
    assert planning.unevenness([2.0, 2.0]) == pytest.approx(1)
    assert planning.unevenness([1.0, 9.0]) == pytest.approx(2 * 82 / 100)
