"""Where the dots of a report stand: cost against quality, and each repeat. Pure.

Templates draw what is worked out here; a unit is a pixel of the picture.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from runs.experiments import words
from runs.experiments.findings import Arm, ExperimentReport, SessionLine

Read = Callable[[SessionLine], float | int | None]

WIDTH, HEIGHT, EDGE = 560, 220, 40
LANE, ROW = 420, 26


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    label: str
    letter: str
    is_out: bool = False
    """A failed session; on the frontier, an arm that another one beats in both."""


@dataclass(frozen=True, slots=True)
class Frontier:
    dots: tuple[Dot, ...]
    line: str
    """Points of the line through the arms that none beats in both."""
    most: str
    quality: str


@dataclass(frozen=True, slots=True)
class Lane:
    """The repeats of an arm on a task."""

    arm: str
    task: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Lanes:
    """Every session of every arm by one metric."""

    name: str
    least: str
    most: str
    lanes: tuple[Lane, ...]


def letter(place: int) -> str:
    return chr(ord("A") + place % 26)


def frontier(report: ExperimentReport) -> Frontier | None:
    """Mean cost of a session across, share passed upwards; None where not known."""
    known = [
        (place, arm, arm.cost_usd / arm.sessions, arm.pass_rate)
        for place, arm in enumerate(report.arms)
        if arm.cost_usd is not None and arm.sessions and arm.pass_rate is not None
    ]
    if not known:
        return None
    most = max(cost for *_, cost, _ in known) or 1.0
    best = [
        not any(
            c <= cost and r >= rate and (c, r) != (cost, rate) for *_, c, r in known
        )
        for *_, cost, rate in known
    ]
    dots = [
        Dot(
            EDGE + cost / most * (WIDTH - 2 * EDGE),
            HEIGHT - EDGE - rate * (HEIGHT - 2 * EDGE),
            f"{arm.title}: {words.usd(cost)} a session, {rate:.0%} passed",
            letter(place),
            is_out=not on_line,
        )
        for (place, arm, cost, rate), on_line in zip(known, best, strict=True)
    ]
    # Arms that stand on one spot share its dot.
    dots = [
        replace(dot, letter="".join(o.letter for o in dots if _at(o) == _at(dot)))
        for dot in dots
    ]
    line = sorted((dot.x, dot.y) for dot in dots if not dot.is_out)
    drawn = " ".join(f"{x:.0f},{y:.0f}" for x, y in line)
    return Frontier(tuple(dots), drawn, words.usd(most), "passed")


def _at(dot: Dot) -> tuple[int, int]:
    return round(dot.x), round(dot.y)


def spreads(report: ExperimentReport) -> list[Lanes]:
    found = [
        _spread("cost_usd", "usd", report, lambda line: line.cost_usd),
        _spread("total_tokens", "count", report, lambda line: line.total_tokens),
        _spread("busy_ms", "ms", report, lambda line: line.duration_ms),
    ]
    return [each for each in found if each is not None]


def _spread(name: str, unit: str, report: ExperimentReport, read: Read) -> Lanes | None:
    values = [read(ln) for arm in report.arms for ln in arm.lines if not ln.is_outage]
    known = [value for value in values if value is not None]
    if not known:
        return None
    most = max(known) or 1.0
    lanes = [
        Lane(arm.title, task, _dots(place, arm, task, unit, most, read))
        for task in dict.fromkeys(ln.task for a in report.arms for ln in a.lines)
        for place, arm in enumerate(report.arms)
    ]
    return Lanes(name, words.value(unit, 0), words.value(unit, most), tuple(lanes))


def _dots(
    place: int, arm: Arm, task: str, unit: str, most: float, read: Read
) -> tuple[Dot, ...]:
    return tuple(
        Dot(
            8 + value / most * (LANE - 16),
            ROW / 2,
            f"{line.name}: {words.value(unit, value)}",
            letter(place),
            is_out=line.passed is False,
        )
        for line in arm.lines
        if line.task == task and not line.is_outage
        if (value := read(line)) is not None
    )
