"""Are differences between two sets of runs more than chance? Pure.

`runs/measure/contrast.py` asks for all metrics at once. What is tested is what is
shown, the difference of means, against all ways to deal the runs to the two sides (or,
where runs come in pairs, all ways to swap within pairs). Of such deals at most 5 % may
give *any* metric a difference as large, by its own spread, as one that is called more
than noise: so the level holds over everything that is compared, and metrics that move
together cost no power, as they would with Holm (Westfall and Young's maxT, stepwise).

A verdict has three values: a difference that isn't shown may still be there, and
`smallest_seen` says how large it could be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import combinations
from math import comb, fsum, inf, sqrt
from random import Random
from statistics import NormalDist

from runs.measure.packed import COUNT_BITS, VALUE_MASK, Packed, Values

LEVEL = 0.05
FEWEST = 4
"""Runs on each side that know a metric, for a verdict on it."""
FEWEST_PAIRS = 6
"""2 of 2^6 ways to swap are the first to stay below the level."""
MOST_DEALS = 5_000
"""Beyond as many, ways to deal are drawn instead of counted."""
DRAWN_DEALS = 2_000
SEED = 20_260
EIGHT_OF_TEN = NormalDist().inv_cdf(0.8)
_HAIR = 1 + 1e-9
"""Sums of the same values in another order may differ in a hair."""


class Verdict(StrEnum):
    MORE_THAN_NOISE = "more_than_noise"
    NOT_SHOWN = "not_shown"
    """Nothing was seen: that is not the same as no difference."""
    NOT_JUDGED = "not_judged"
    """Too few runs, or too few that know it."""


@dataclass(frozen=True, slots=True)
class Judged:
    verdict: Verdict = Verdict.NOT_JUDGED
    smallest_seen: float | None = None
    """What eight of ten such comparisons would have shown."""


@dataclass(frozen=True, slots=True)
class _Form:
    """A metric's part in a deal: `|steps * sum + count * runs - middle|`, scaled so
    that 1 is the most there can be."""

    steps: float
    count: float
    middle: float
    error: float
    """Standard error of the difference, from the spread within the sides."""
    freedom: int


def between(
    first: Sequence[Values],
    other: Sequence[Values],
    level: float = LEVEL,
    primary: int | None = None,
) -> list[Judged]:
    """Per metric, of two sides that have nothing to do with each other."""
    size, count = len(first[0]), len(first[0]) + len(other[0])
    as_extreme = 2 if size == count - size else 1
    return dealt(first, other, _parts(count, size), as_extreme, level, primary)


def dealt(
    first: Sequence[Values],
    other: Sequence[Values],
    parts: Sequence[tuple[int, ...]],
    as_extreme: int,
    level: float = LEVEL,
    primary: int | None = None,
) -> list[Judged]:
    """Per metric, of two sides, against the given ways to deal (`strata.py`)."""
    packed = Packed([[*a, *b] for a, b in zip(first, other, strict=True)])
    forms = [
        _of_sides(_known(a), _known(b), packed.lows[place], packed.steps[place])
        for place, (a, b) in enumerate(zip(first, other, strict=True))
    ]
    return _judge(packed, forms, parts, as_extreme, level, primary)


def within(
    pairs: Sequence[Values], level: float = LEVEL, primary: int | None = None
) -> list[Judged]:
    """Per metric, of the differences within pairs."""
    packed = Packed(pairs)
    forms = [
        _of_pairs(_known(values), packed.lows[place], packed.steps[place])
        for place, values in enumerate(pairs)
    ]
    return _judge(packed, forms, _halves(len(packed.units)), 2, level, primary)


def _judge(
    packed: Packed,
    forms: Sequence[_Form | None],
    parts: Sequence[tuple[int, ...]],
    as_extreme: int,
    level: float,
    primary: int | None,
) -> list[Judged]:
    """`parts[0]` is how it really was; `as_extreme` of them are its like at least."""
    judged = [Judged() for _ in forms]
    family = [place for place, form in enumerate(forms) if form is not None]
    room = int(level * len(parts))
    if not family or as_extreme > room:
        return judged
    deals = list(_shares(packed, forms, parts))
    # A metric that was chosen beforehand needs no share of the level for the others;
    # they are looked at only once it has shown something.
    families = [family] if primary is None else [[primary], family]
    shown: set[int] = set()
    for members in families:
        members = [place for place in members if place in family and place not in shown]
        for place, critical in _steps_down(deals, members, room):
            is_shown = deals[0][place] > critical * _HAIR
            shown |= {place} if is_shown else set()
            verdict = Verdict.MORE_THAN_NOISE if is_shown else Verdict.NOT_SHOWN
            judged[place] = Judged(verdict, _smallest(forms[place], critical))
        if primary is not None and primary not in shown:
            break
    return judged


def _steps_down(
    deals: Sequence[Sequence[float]], members: list[int], room: int
) -> Iterator[tuple[int, float]]:
    """Each metric with what its share has to exceed: what has been shown no longer
    stands in the way of the others."""
    while members:
        most = sorted((max([deal[m] for m in members]) for deal in deals), reverse=True)
        critical = most[room]
        beyond = [m for m in members if deals[0][m] > critical * _HAIR]
        for place in beyond or members:
            yield place, critical
        members = [m for m in members if m not in beyond] if beyond else []


def _shares(
    packed: Packed, forms: Sequence[_Form | None], parts: Sequence[tuple[int, ...]]
) -> Iterator[list[float]]:
    """Per deal, how much of what there can be each metric differs by."""
    told = [(f.steps, f.count, f.middle) if f else (0.0, 0.0, 0.0) for f in forms]
    units, lanes_of = packed.units, packed.lanes
    for part in parts:
        lanes = lanes_of(sum([units[index] for index in part]))
        yield [
            abs(steps * (lane & VALUE_MASK) + count * (lane >> COUNT_BITS) - middle)
            for (steps, count, middle), lane in zip(told, lanes, strict=True)
        ]


def _of_sides(
    first: list[float], other: list[float], low: float, step: float
) -> _Form | None:
    a, b = len(first), len(other)
    if min(a, b) < FEWEST:
        return None
    mean = fsum((*first, *other)) / (a + b)
    whole = fsum((value - mean) ** 2 for value in (*first, *other))
    scale = sqrt((a + b) / (a * b) / whole) if whole else 0.0
    freedom = a + b - 2
    spread = sqrt((_squares(first) + _squares(other)) / freedom)
    error = spread * sqrt(1 / a + 1 / b)
    return _Form(scale * step, scale * (low - mean), 0.0, error, freedom)


def _of_pairs(values: list[float], low: float, step: float) -> _Form | None:
    n = len(values)
    if n < FEWEST_PAIRS:
        return None
    whole = fsum(value * value for value in values)
    scale = 1 / sqrt(n * whole) if whole else 0.0
    error = sqrt(_squares(values) / (n - 1) / n)
    middle = scale * fsum(values)
    return _Form(2 * scale * step, 2 * scale * low, middle, error, n - 1)


def _squares(values: Sequence[float]) -> float:
    mean = fsum(values) / len(values)
    return fsum((value - mean) ** 2 for value in values)


def _smallest(form: _Form | None, critical: float) -> float | None:
    """A share is a correlation, which Student's t tells, too."""
    if form is None or critical >= 1:
        return None
    t = critical * sqrt(form.freedom / (1 - critical * critical))
    smallest = (t + EIGHT_OF_TEN) * form.error
    return smallest if smallest < inf else None


def _known(values: Values) -> list[float]:
    return [value for value in values if value is not None]


@lru_cache(maxsize=8)
def _parts(count: int, size: int) -> tuple[tuple[int, ...], ...]:
    """Ways to deal; first the one that was."""
    if comb(count, size) <= MOST_DEALS:
        return tuple(combinations(range(count), size))
    dice, everyone = Random(SEED), range(count)
    drawn = (tuple(dice.sample(everyone, size)) for _ in range(DRAWN_DEALS))
    return (tuple(range(size)), *drawn)


@lru_cache(maxsize=8)
def _halves(count: int) -> tuple[tuple[int, ...], ...]:
    """Which pairs stay as they are, the others being swapped; first all of them."""
    if 2**count <= MOST_DEALS:
        ways: Iterable[int] = range(2**count - 1, -1, -1)
    else:
        dice = Random(SEED)
        drawn = (dice.getrandbits(count) for _ in range(DRAWN_DEALS))
        ways = (2**count - 1, *drawn)
    return tuple(tuple(i for i in range(count) if way >> i & 1) for way in ways)
