"""What a comparison draws: dots, means and intervals, as places in percent. Pure.

The numbers are those of `runs/measure/`: nothing is found out here but where a thing
lies on its axis.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from observe import formats
from observe.pages.compare import words
from runs.experiments.beside import Ruler
from runs.measure.differences import (
    ByTurn,
    Difference,
    MetricComparison,
    SideValues,
)
from runs.measure.labels import WANTED, label
from runs.measure.metrics import Unit
from runs.measure.noise import Verdict

EDGE = 4.0
"""Percent that stay free on either side, so that no dot is cut."""
VERDICTS = {
    Verdict.MORE_THAN_NOISE: "more than noise",
    Verdict.NOT_SHOWN: "no difference shown",
    Verdict.NOT_JUDGED: "too few runs",
}


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    title: str


@dataclass(frozen=True, slots=True)
class Whisker:
    """An interval."""

    x: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A metric on one side: every run a dot, their mean, and its interval."""

    number: int
    mean: str
    title: str
    dots: list[Dot]
    mean_x: float | None
    whisker: Whisker | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """How one side differs from the first, and whether that is more than noise."""

    number: int
    percent: str
    absolute: str
    kind: str
    """`better`, `worse`, or "" where there is no better."""
    x: float | None
    whisker: Whisker | None
    verdict: str
    is_shown: bool
    """More than noise."""
    why: str
    """What the verdict could not have seen, and why a smaller total is no better."""
    by_turn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricLine:
    label: str
    name: str
    wanted: str
    lanes: list[Lane]
    gaps: list[Gap]
    zero_x: float


def line(metric: MetricComparison) -> MetricLine:
    values = [value for side in metric.sides for value in side.values]
    bounds = [edge for side in metric.sides for edge in (side.low, side.high)]
    span = Ruler.of([*values, *bounds], EDGE)
    gaps = _gap_range(metric.differences)
    return MetricLine(
        label=label(metric.metric),
        name=metric.metric,
        wanted=WANTED[metric.wanted],
        lanes=[
            _lane(number, side, span, metric.unit)
            for number, side in enumerate(metric.sides)
        ],
        gaps=[
            _gap(number, each, gaps, metric.unit)
            for number, each in enumerate(metric.differences, 1)
        ],
        zero_x=gaps.x(0.0),
    )


def is_told(metric: MetricComparison) -> bool:
    """At least one run tells it, and not only that there was none."""
    values = [value for side in metric.sides for value in side.values]
    return any(values)


def _lane(number: int, side: SideValues, span: Ruler, unit: Unit) -> Lane:
    known = [value for value in side.values if value is not None]
    told = ", ".join(words.shown(value, unit) for value in side.values)
    return Lane(
        number=number,
        mean=words.shown(side.mean, unit),
        title=f"Runs: {told}" if len(side.values) > 1 else told,
        dots=[Dot(span.x(value), 0, words.shown(value, unit)) for value in known],
        mean_x=None if side.mean is None else span.x(side.mean),
        whisker=_whisker(side.low, side.high, span),
    )


def _whisker(low: float | None, high: float | None, span: Ruler) -> Whisker | None:
    if low is None or high is None:
        return None
    x = span.x(low)
    return Whisker(x, round(max(span.x(high) - x, 0.4), 2))


LEAST_PERCENT = 5
"""A drawing of differences reaches as far, so that a small one looks small."""


def _gap_range(differences: Sequence[Difference]) -> Ruler:
    """Zero in the middle: left is less, right is more."""
    edges = [
        abs(edge)
        for each in differences
        for edge in (each.absolute, each.low, each.high)
        if edge is not None
    ]
    alike = [
        abs(each.absolute / each.percent) * LEAST_PERCENT
        for each in differences
        if each.absolute and each.percent
    ]
    most = max(edges + alike, default=0.0) or 1.0
    return Ruler(-most, most, EDGE)


def _gap(number: int, found: Difference, span: Ruler, unit: Unit) -> Gap:
    kinds = {True: "better", False: "worse", None: ""}
    # Coloured where it is told: what may be noise is neither.
    is_shown = found.verdict is Verdict.MORE_THAN_NOISE
    gap = found.absolute
    return Gap(
        number=number,
        percent=formats.percent(found.percent),
        absolute="" if gap is None else words.signed(gap, unit),
        kind=kinds[found.is_better if is_shown else None],
        x=None if gap is None else span.x(gap),
        whisker=_whisker(found.low, found.high, span),
        verdict=VERDICTS[found.verdict],
        is_shown=is_shown,
        why=_why(found, unit),
        by_turn=_by_turn(found.by_turn, unit),
    )


def _why(found: Difference, unit: Unit) -> str:
    said = []
    if found.basis:
        said.append(f"Judged by {found.basis}.")
    if found.verdict is Verdict.NOT_JUDGED:
        said.append("Four runs on each side are the least that is judged.")
    if found.smallest_seen is not None and found.verdict is Verdict.NOT_SHOWN:
        seen = words.shown(found.smallest_seen, unit)
        said.append(f"A difference below {seen} would mostly not have been seen.")
    if found.caveat:
        said.append(found.caveat)
    return " ".join(said)


def _by_turn(found: ByTurn | None, unit: Unit) -> str:
    if found is None or found.absolute is None:
        return ""
    told = words.signed(found.absolute, unit)
    return f"{told} within {found.turns} turns: {VERDICTS[found.verdict]}"


# --- every request a dot --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Strip:
    """Durations of one side's requests on a logarithmic axis."""

    number: int
    dots: list[Dot]


ROWS = 5
"""Heights that dots are spread over, so that equal ones don't hide each other."""


def strips(sides: Sequence[Sequence[float]]) -> tuple[list[Strip], list[Tick]]:
    known = [_log(value) for side in sides for value in side]
    if not known:
        return [], []
    span = Ruler(math.floor(min(known) * 2) / 2, math.ceil(max(known) * 2) / 2, EDGE)
    drawn = [
        Strip(
            number,
            [
                Dot(span.x(_log(value)), 7 + 5 * (at % ROWS), words.shown(value, "ms"))
                for at, value in enumerate(sorted(side))
            ],
        )
        for number, side in enumerate(sides)
    ]
    first, last = math.ceil(span.low), math.floor(span.high)
    decades = range(first, last + 1)
    return drawn, [Tick(span.x(n), words.shown(10.0**n, "ms")) for n in decades]


def _log(value: float) -> float:
    return math.log10(max(value, 0.1))
