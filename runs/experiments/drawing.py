"""Where the dots of a report stand: cost against quality, and each repeat. Pure.

Templates draw what is worked out here; a unit is a pixel of the picture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from runs.experiments.findings import Arm, ExperimentReport, SessionLine
from runs.experiments.scales import Scale
from runs.measure.labels import label
from runs.measure.metrics import Unit

Read = Callable[[SessionLine], float | int | None]

WIDTH, HEIGHT, EDGE = 560, 220, 40
LANE, ROW = 420, 20
COLOURS = 4
"""Of arms; the fifth has the first's again."""
LETTER_PX = 6.5
"""About as wide as a letter of a name is drawn."""
LINE_PX = 13


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    title: str
    colour: int
    is_out: bool = False
    """A failed session; on the frontier, an arm that another one beats in both."""


@dataclass(frozen=True, slots=True)
class DotName:
    """What stands beside a dot."""

    x: float
    y: float
    text: str
    anchor: str
    """`start` right of the dot, `end` left of it."""


@dataclass(frozen=True, slots=True)
class Frontier:
    dots: tuple[Dot, ...]
    names: tuple[DotName, ...]
    line: str
    """Points of the line through the arms that none beats in both."""
    half: str
    most: str
    """Cost at the middle and at the right end."""


@dataclass(frozen=True, slots=True)
class Lane:
    """The repeats of an arm on a task."""

    arm: str
    task: str
    """"" below the first of the task."""
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Lanes:
    """Every session of every arm by one metric."""

    name: str
    least: str
    most: str
    lanes: tuple[Lane, ...]


def frontier(report: ExperimentReport) -> Frontier | None:
    """Mean cost of a session across, share passed upwards; None where not known."""
    known = [
        (place, arm, arm.cost_usd / arm.sessions, arm.pass_rate)
        for place, arm in enumerate(report.arms)
        if arm.cost_usd is not None and arm.sessions and arm.pass_rate is not None
    ]
    if not known:
        return None
    # Room on the right for the name of the dearest arm.
    most = 1.35 * max(cost for *_, cost, _ in known) or 1.0
    scale = Scale.of("usd", [cost for *_, cost, _ in known])
    dots = [
        Dot(
            EDGE + cost / most * (WIDTH - 2 * EDGE),
            HEIGHT - EDGE - rate * (HEIGHT - 2 * EDGE),
            f"{arm.title}: {scale.told(cost)} a session, {rate:.0%} passed",
            place % COLOURS,
            is_out=any(
                c <= cost and r >= rate and (c, r) != (cost, rate) for *_, c, r in known
            ),
        )
        for place, arm, cost, rate in known
    ]
    titles = [arm.title for _, arm, *_ in known]
    line = sorted((dot.x, dot.y) for dot in dots if not dot.is_out)
    drawn = " ".join(f"{x:.0f},{y:.0f}" for x, y in line)
    return Frontier(
        tuple(dots),
        tuple(_names(dots, titles)),
        drawn,
        scale.told(most / 2),
        scale.told(most),
    )


def _names(dots: Sequence[Dot], titles: Sequence[str]) -> list[DotName]:
    """Beside their dots, on the side with room; none upon another."""
    placed: list[DotName] = []
    for dot, title in zip(dots, titles, strict=True):
        is_right = dot.x + 12 + len(title) * LETTER_PX < WIDTH
        x, anchor = (dot.x + 12, "start") if is_right else (dot.x - 12, "end")
        name = DotName(x, dot.y + 4, title, anchor)
        while any(_touch(name, other) for other in placed):
            name = replace(name, y=name.y + LINE_PX)
        placed.append(name)
    return placed


def _touch(one: DotName, other: DotName) -> bool:
    (a, b), (c, d) = _ends(one), _ends(other)
    return a < d and c < b and abs(one.y - other.y) < LINE_PX


def _ends(name: DotName) -> tuple[float, float]:
    width = len(name.text) * LETTER_PX
    start = name.x - width if name.anchor == "end" else name.x
    return start, start + width


def spreads(report: ExperimentReport) -> list[Lanes]:
    found = [
        _spread("cost_usd", "usd", report, lambda line: line.cost_usd),
        _spread("total_tokens", "tokens", report, lambda line: line.total_tokens),
        _spread("busy_ms", "ms", report, lambda line: line.duration_ms),
    ]
    return [each for each in found if each is not None]


def _spread(
    name: str, unit: Unit, report: ExperimentReport, read: Read
) -> Lanes | None:
    values = [read(ln) for arm in report.arms for ln in arm.lines if not ln.is_outage]
    known = [value for value in values if value is not None]
    if not known:
        return None
    most, scale = max(known) or 1.0, Scale.of(unit, known)
    lanes = [
        Lane(
            arm.title,
            "" if place else task,
            _dots(place % COLOURS, arm, task, scale, most, read),
        )
        for task in dict.fromkeys(ln.task for a in report.arms for ln in a.lines)
        for place, arm in enumerate(report.arms)
    ]
    return Lanes(label(name), scale.told(0), scale.told(most), tuple(lanes))


def _dots(
    colour: int, arm: Arm, task: str, scale: Scale, most: float, read: Read
) -> tuple[Dot, ...]:
    return tuple(
        Dot(
            8 + value / most * (LANE - 16),
            ROW / 2,
            f"{line.name}: {scale.told(value)}",
            colour,
            is_out=line.passed is False,
        )
        for line in arm.lines
        if line.task == task and not line.is_outage
        if (value := read(line)) is not None
    )
