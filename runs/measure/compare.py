"""Two or more sets of runs side by side: every metric, and their turns.

A side is one run or several of the same kind; with several there is an interval, and a
verdict whether a difference is more than noise (`contrast.py`). Everything is beside
the first side.
"""

from __future__ import annotations

from collections.abc import Sequence

from runs.measure.contrast import metric_comparisons
from runs.measure.designs import RunFigures
from runs.measure.differences import Comparison, RunName, TurnPair
from runs.measure.of_run import statistics_of
from runs.measure.turn_facts import MAX_TURNS, turn_facts
from runs.measure.turn_pairs import pair
from runs.models import Run

TASK = "task"
"""The key in a run's metadata that says what it is a repeat of."""


def compare(sides: Sequence[Sequence[Run]], primary: str = "") -> Comparison:
    """The first run of a side stands for it where turns are compared."""
    turns, left_out = _turns([side[0] for side in sides])
    found = [list(map(_figures, side)) for side in sides]
    return Comparison(
        sides=tuple(tuple(map(_name, side)) for side in sides),
        primary=primary,
        metrics=metric_comparisons(found, turns, primary),
        turns=turns,
        turns_left_out=left_out,
    )


def _figures(run: Run) -> RunFigures:
    told = run.metadata.get(TASK)
    task = "" if told is None else str(told).strip()
    return RunFigures(statistics_of(run.pk), task)


def _name(run: Run) -> RunName:
    return RunName(
        id=str(run.uid), name=run.name, started_at=run.started_at.isoformat()
    )


def _turns(runs: Sequence[Run]) -> tuple[tuple[TurnPair, ...], int]:
    found = [turn_facts(run) for run in runs]
    left_out = sum(max(run.turns.count() - MAX_TURNS, 0) for run in runs)
    return pair(found), left_out
