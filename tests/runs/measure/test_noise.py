"""What is chance is called chance, what isn't isn't; over all metrics at once."""

from __future__ import annotations

from random import Random

import pytest

from runs.measure import noise
from runs.measure.noise import Judged, Verdict

SLOW, FAST = [10.0, 11.0, 12.0, 10.5, 11.5], [5.0, 5.5, 6.0, 5.2, 5.8]
SHOWN, NOT_SHOWN, NOT_JUDGED = Verdict


def judged(first: list[float], second: list[float]) -> Judged:
    (found,) = noise.between([first], [second])
    return found


def a_run(dice: Random, metrics: int, factor: float = 1.0) -> list[float]:
    """A mood that all metrics of a run share, and one of each."""
    mood = dice.gauss(0, 0.2)
    return [factor * 2.7 ** (mood + dice.gauss(0, 0.2)) for _ in range(metrics)]


def sides(dice: Random, runs: int, metrics: int, factor: float = 1.0) -> list[Verdict]:
    first = [a_run(dice, metrics) for _ in range(runs)]
    other = [a_run(dice, metrics, factor) for _ in range(runs)]
    found = noise.between([*zip(*first, strict=True)], [*zip(*other, strict=True)])
    return [each.verdict for each in found]


def test_sides_that_never_overlap_differ() -> None:
    assert judged(SLOW, FAST).verdict is SHOWN
    assert judged(SLOW[:4], FAST[:4]).verdict is SHOWN


def test_values_that_never_vary_differ_or_do_not() -> None:
    assert judged([3.0] * 5, [3.0] * 5) == Judged(NOT_SHOWN, 0.0)
    assert judged([3.0] * 5, [4.0] * 5).verdict is SHOWN


def test_three_runs_a_side_are_too_few() -> None:
    assert judged(SLOW[:3], FAST[:3]) == Judged(NOT_JUDGED)
    assert judged(SLOW[:3], FAST) == Judged(NOT_JUDGED)


def test_a_metric_that_few_runs_tell_is_not_judged_and_harms_no_other() -> None:
    unknown = [None, None, 3.0, 1.0, 2.0]
    cost, other = noise.between([SLOW, unknown], [FAST, unknown])
    assert (cost.verdict, other.verdict) == (SHOWN, NOT_JUDGED)


def test_a_run_that_does_not_tell_a_metric_leaves_it_to_the_others() -> None:
    (found,) = noise.between([[None, *SLOW]], [[*FAST, None]])
    assert found.verdict is SHOWN


@pytest.mark.parametrize("runs", [4, 8])
def test_of_many_metrics_of_like_runs_hardly_ever_is_any_called_more(runs: int) -> None:
    dice = Random(runs)
    alarms = sum(SHOWN in sides(dice, runs, 10) for _ in range(100))
    assert alarms <= 10


def test_what_differs_is_found_among_many() -> None:
    dice = Random(3)
    found = [sides(dice, 8, 10, 2.5) for _ in range(20)]
    assert sum(SHOWN in verdicts for verdicts in found) >= 18


def test_a_metric_chosen_beforehand_needs_no_share_for_the_others() -> None:
    dice = Random(4)
    others = [[dice.gauss(0, 1) for _ in range(10)] for _ in range(30)]
    first = [[10.0, 11, 12, 13, 14.0], *(each[:5] for each in others)]
    other = [[12.6, 13.7, 14.8, 15.9, 16.7], *(each[5:] for each in others)]
    together = noise.between(first, other)
    alone = noise.between(first, other, primary=0)
    assert together[0].verdict is NOT_SHOWN
    assert alone[0].verdict is SHOWN
    assert {each.verdict for each in alone[1:]} <= {SHOWN, NOT_SHOWN}
    quiet = noise.between(first, other, primary=1)
    assert quiet[1].verdict is NOT_SHOWN
    assert {each.verdict for each in quiet[:1] + quiet[2:]} == {NOT_JUDGED}


def test_what_could_have_been_seen_is_seen_eight_times_of_ten() -> None:
    dice = Random(5)
    seen = 0
    for _ in range(100):
        first = [dice.gauss(100, 10) for _ in range(10)]
        other = [dice.gauss(100, 10) for _ in range(10)]
        (told,) = noise.between([first], [other])
        assert told.smallest_seen is not None
        moved = [value + 13.3 for value in other]  # 2.97 standard errors
        seen += judged(first, moved).verdict is SHOWN
        assert 8 < told.smallest_seen < 22
    assert 65 <= seen <= 95


def test_pairs_show_what_runs_that_are_so_unlike_hide() -> None:
    first = [1.0, 20, 300, 4000, 50000, 600000]
    other = [value + 0.5 for value in first]
    assert judged(first, other).verdict is NOT_SHOWN
    (paired,) = noise.within([[0.5, 0.4, 0.6, 0.5, 0.3, 0.5]])
    assert paired.verdict is SHOWN
    (mixed,) = noise.within([[0.5, -0.4, 0.6, -0.5, 0.3, -0.5]])
    assert mixed.verdict is NOT_SHOWN


def test_five_pairs_are_too_few() -> None:
    assert noise.within([[1.0] * 5])[0].verdict is NOT_JUDGED
    assert noise.within([[1.0] * 6])[0].verdict is SHOWN
    assert noise.within([[1.0] * 6], level=0.025)[0].verdict is NOT_JUDGED


def test_pairs_of_one_kind_seldom_differ() -> None:
    dice = Random(6)
    alarms = 0
    for _ in range(100):
        metrics = [[dice.gauss(0, 1) for _ in range(15)] for _ in range(5)]
        alarms += SHOWN in [each.verdict for each in noise.within(metrics)]
    assert alarms <= 10


def test_the_same_runs_give_the_same_answer() -> None:
    dice = Random(7)
    first = [[dice.gauss(0, 1) for _ in range(20)]]
    other = [[dice.gauss(0, 1) for _ in range(20)]]
    assert noise.between(first, other) == noise.between(first, other)
