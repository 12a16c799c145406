"""Repeats of the same tasks on two sides: dealt and drawn anew within each task. Pure.

`runs/measure/designs.py` asks, where both sides have repeats of a task and tasks are
too few to be the unit themselves. What is said then is said of these tasks: of all ways
to deal a task's repeats to the two sides, for every task at once, at most 5 % give any
metric a difference as large. An easy task on one side more often is no difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, combinations, product
from math import comb, fsum, prod
from random import Random
from typing import NamedTuple

from runs.measure import noise, resampling
from runs.measure.noise import Judged
from runs.measure.packed import Values

Part = tuple[int, ...]


class Stratum(NamedTuple):
    """A task's repeats on both sides."""

    places: Part
    dealt: int
    """How many of them are the first side's."""


def judged(
    first: Sequence[Values],
    other: Sequence[Values],
    tasks: tuple[Sequence[str], Sequence[str]],
    level: float,
    primary: int | None,
) -> list[Judged]:
    """Per metric, of repeats whose tasks stand in the same order."""
    names = [*tasks[0], *tasks[1]]
    size = len(tasks[0])
    whole = [_centred([*a, *b], names) for a, b in zip(first, other, strict=True)]
    before, after = [each[:size] for each in whole], [each[size:] for each in whole]
    places = {
        task: [index for index, name in enumerate(names) if name == task]
        for task in dict.fromkeys(names)
    }
    strata = tuple(
        Stratum(tuple(at), sum(index < size for index in at)) for at in places.values()
    )
    is_even = all(2 * each.dealt == len(each.places) for each in strata)
    parts = _parts(size, strata)
    return noise.dealt(before, after, parts, 2 if is_even else 1, level, primary)


def _centred(values: Values, names: Sequence[str]) -> list[float | None]:
    """Each value beside its task's mean."""
    known: dict[str, list[float]] = {}
    for value, name in zip(values, names, strict=True):
        if value is not None:
            known.setdefault(name, []).append(value)
    means = {name: fsum(found) / len(found) for name, found in known.items()}
    return [
        None if value is None else value - means[name]
        for value, name in zip(values, names, strict=True)
    ]


@lru_cache(maxsize=8)
def _parts(size: int, strata: tuple[Stratum, ...]) -> list[Part]:
    """Ways to deal within every task; first the one that was."""
    real = tuple(range(size))
    if prod(comb(len(at), dealt) for at, dealt in strata) <= noise.MOST_DEALS:
        ways = [combinations(at, dealt) for at, dealt in strata]
        return [real, *(tuple(chain(*way)) for way in product(*ways))][1:]
    dice = Random(noise.SEED)
    drawn = (
        tuple(chain(*(dice.sample(at, dealt) for at, dealt in strata)))
        for _ in range(noise.DRAWN_DEALS)
    )
    return [real, *drawn]


def drawn_differences(
    first: Sequence[tuple[str, Sequence[float | None]]],
    other: Sequence[tuple[str, Sequence[float | None]]],
) -> list[list[float | None]]:
    """Per metric, how the mean of the tasks' differences comes out when each task's
    repeats are drawn anew; `first` and `other` have a run each, with its task."""
    tasks = list(dict.fromkeys(name for name, _ in first))
    gaps = []
    for number, task in enumerate(tasks):
        sides = [
            resampling.drawn_means(_by_metric(side, task), seed + 7 * number)
            for side, seed in (
                (first, resampling.FIRST_SEED),
                (other, resampling.OTHER_SEED),
            )
        ]
        gaps.append([list(map(_minus, a, b)) for a, b in zip(*sides, strict=True)])
    return [
        [_mean(values) for values in zip(*metric, strict=False)]
        for metric in zip(*gaps, strict=True)
    ]


def _by_metric(
    side: Sequence[tuple[str, Sequence[float | None]]], task: str
) -> list[Values]:
    rows = [values for name, values in side if name == task]
    return [list(column) for column in zip(*rows, strict=True)]


def _minus(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else after - before


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fsum(known) / len(known) if len(known) == len(values) else None
