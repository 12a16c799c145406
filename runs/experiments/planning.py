"""How many repeats a difference needs to be found eight times of ten. Pure.

Asked by the API for `weir experiments plan`. The test that reports make is about as
strong as Student's for the primary metric; `weir experiments simulate` shows whether a
plan holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import fsum, sqrt
from statistics import NormalDist, fmean

from runs.measure.noise import EIGHT_OF_TEN, FEWEST, FEWEST_PAIRS, LEVEL

FOUND = 0.8
SURE_TASKS = 7
"""From so many tasks on, one of them may differ the other way."""
MOST = 1000
"""Repeats beyond which no plan is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    metric: str
    effect: float
    """The difference that shall be found, as a share."""
    spread: float
    """How much sessions of one arm and task differ: standard deviation by mean."""
    spread_from: int
    """Recorded sessions that told it; 0: it was given."""
    repeats: int | None
    """Of every variant on every task; None: more than a thousand."""
    sessions: int | None
    """Of the whole experiment then."""


@dataclass(frozen=True, slots=True)
class Spread:
    share: float
    sessions: int


def spread(cells: Mapping[tuple[str, str], Iterable[float]]) -> Spread | None:
    """Within arms and tasks, of the values of each; None below two in every one."""
    found = [list(values) for values in cells.values()]
    usable = [each for each in found if len(each) > 1 and fmean(each)]
    freedom = sum(len(each) - 1 for each in usable)
    if not freedom:
        return None
    squares = fsum((value / fmean(each) - 1) ** 2 for each in usable for value in each)
    return Spread(sqrt(squares / freedom), sum(map(len, usable)))


def unevenness(levels: Iterable[float]) -> float:
    """1 where every task comes to the same; more where a few of them weigh most, so
    that the others' repeats tell little of the whole."""
    known = list(levels)
    whole = fsum(known)
    return len(known) * fsum(level**2 for level in known) / whole**2 if whole else 1.0


def repeats(
    effect: float, share: float, *, tasks: int, arms: int, uneven: float = 1.0
) -> int | None:
    """The fewest that do."""
    level = LEVEL / max(arms - 1, 1)
    for number in range(1, MOST + 1):
        size = number * tasks
        if size < FEWEST:
            continue
        # Six tasks are the unit themselves, however often each is repeated.
        is_by_task = tasks >= FEWEST_PAIRS
        freedom = tasks - 1 if is_by_task else max(2 * size - 1 - tasks, 1)
        needed = student(1 - level / 2, freedom) + EIGHT_OF_TEN
        # The second arm's spread grows with its mean.
        error = share * sqrt(uneven * (1 + (1 + effect) ** 2) / size)
        is_seen = needed * error <= effect
        if is_by_task and tasks < SURE_TASKS:
            is_seen = is_seen and _all_agree(effect, share, tasks, number)
        if is_seen:
            return number
    return None


def _all_agree(effect: float, share: float, tasks: int, number: int) -> bool:
    """With so few tasks a difference is only shown where all of them have its sign."""
    error = share * sqrt((1 + (1 + effect) ** 2) / number)
    return NormalDist().cdf(effect / error) ** tasks >= FOUND


def student(share: float, freedom: int) -> float:
    """A quantile of Student's t (Abramowitz and Stegun 26.7.5, its first terms)."""
    z = NormalDist().inv_cdf(share)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3
