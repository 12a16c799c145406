"""The matrix of an experiment: which sessions it asks for, and which comes next. Pure.

A cell is a variant, a task card and a repeat. Cells are run in random order within a
repeat: so every repeat is whole before the next begins, an hour in which the provider
is slow falls on all arms alike, and an experiment that is stopped is balanced.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from random import Random

from runs.experiments.kinds import Experiment


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    repeat: int
    variant: str
    task_card: str


def wanted(experiment: Experiment, repeats: int = 0, variant: str = "") -> list[Cell]:
    """All of them; `repeats` and `variant` where the caller wants others."""
    return [
        Cell(repeat, each, task)
        for repeat in range(1, (repeats or experiment.repeats) + 1)
        for each in experiment.variants
        for task in experiment.task_cards
        if variant in ("", each)
    ]


def following(cells: Collection[Cell], taken: Collection[Cell]) -> Cell | None:
    """One of the first repeat that lacks some; None when all are taken."""
    missing = sorted(set(cells) - set(taken))
    if not missing:
        return None
    first = [cell for cell in missing if cell.repeat == missing[0].repeat]
    return Random().choice(first)
