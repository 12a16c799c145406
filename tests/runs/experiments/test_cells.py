"""Which session comes next: whole repeats, in random order, none twice."""

from __future__ import annotations

from runs.experiments.cells import Cell, following, wanted
from runs.experiments.kinds import Experiment

ASKED = Experiment(name="e", variants=["a", "b", "c"], task_cards=["x", "y"], repeats=2)


def test_a_repeat_is_whole_before_the_next_begins() -> None:
    order: list[Cell] = []
    while cell := following(wanted(ASKED), order):
        order.append(cell)
    assert len(set(order)) == len(order) == 12
    assert [cell.repeat for cell in order] == [1] * 6 + [2] * 6


def test_the_order_is_random() -> None:
    firsts = {following(wanted(ASKED), ()) for _ in range(200)}
    assert len(firsts) == 6


def test_a_caller_may_want_other_repeats_or_one_variant() -> None:
    assert len(wanted(ASKED, repeats=3)) == 18
    assert {cell.variant for cell in wanted(ASKED, variant="b")} == {"b"}
