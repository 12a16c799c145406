"""A report as its readers see it: every figure in words, every dot in its place.

Made once for the page and for the HTML that is handed on; `experiment/_report.html`
draws it, and Markdown takes its tables. Figures that stand in one column have one unit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from runs.experiments import beside, drawing, words
from runs.experiments.beside import Line
from runs.experiments.findings import Arm, ExperimentReport, SessionLine
from runs.experiments.scales import Scale

TRIES = (1, 2, 3, 5, 10, 20, 50, 100)
"""Those k that are shown, where there are many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmRow:
    arm: Arm
    colour: int
    passes: str
    cost: str
    per_pass: str
    failures: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TriesRow:
    """How often k tries of an arm pass, a cell each k."""

    arm: str
    any: list[str]
    all: list[str]


@dataclass(frozen=True, slots=True)
class TraitCell:
    text: str
    is_changed: bool
    """Within the arm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraitRow:
    """What each arm was, by one name."""

    name: str
    cells: list[TraitCell]
    is_same: bool
    """In all arms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    arm: str
    line: SessionLine
    status: str
    cost: str
    tokens: str
    busy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownReport:
    report: ExperimentReport
    standing: str
    summary: list[str]
    arms: list[ArmRow]
    lines: list[Line]
    """Of metrics in which sessions differ."""
    frontier: drawing.Frontier | None
    spreads: list[drawing.Lanes]
    tries: list[int]
    passing: list[TriesRow]
    traits: list[TraitRow]
    sessions: list[SessionRow]
    method: list[str]


def shown(report: ExperimentReport) -> ShownReport:
    lines = beside.lines(report)
    most = max((len(arm.passing) for arm in report.arms), default=0)
    tries = [k for k in range(1, most + 1) if most <= 8 or k in (*TRIES, most)]
    return ShownReport(
        report=report,
        standing=words.standing(report),
        summary=beside.summary(report, lines),
        arms=_arms(report.arms),
        lines=[line for line in lines if not line.is_same],
        frontier=drawing.frontier(report),
        spreads=drawing.spreads(report),
        tries=tries,
        passing=[_tries(arm, tries) for arm in report.arms if arm.passing],
        traits=list(_traits(report.arms)),
        sessions=_sessions(report.arms),
        method=list(words.method(report)),
    )


def _column(arms: Sequence[Arm], read: Callable[[Arm], float | None]) -> list[str]:
    scale = Scale.of("usd", map(read, arms))
    return [scale.told(read(arm)) for arm in arms]


def _arms(arms: Sequence[Arm]) -> list[ArmRow]:
    costs = _column(arms, lambda arm: arm.cost_usd)
    passes = _column(arms, lambda arm: arm.cost_per_pass_usd)
    failures = _column(arms, lambda arm: arm.cost_of_failures_usd)
    return [
        ArmRow(
            arm=arm,
            colour=place % drawing.COLOURS,
            passes=words.passes(arm),
            cost=costs[place],
            per_pass=passes[place] if arm.passed else "–",
            failures=failures[place] if arm.judged else "–",
        )
        for place, arm in enumerate(arms)
    ]


def _tries(arm: Arm, tries: Sequence[int]) -> TriesRow:
    by_k = {each.k: each for each in arm.passing}
    share = Scale.of("share", [])
    return TriesRow(
        arm=arm.title,
        any=[share.told(by_k[k].any) if k in by_k else "–" for k in tries],
        all=[share.told(by_k[k].all) if k in by_k else "–" for k in tries],
    )


def _traits(arms: Sequence[Arm]) -> Iterable[TraitRow]:
    by_arm = [{trait.name: trait for trait in arm.identity} for arm in arms]
    for name in dict.fromkeys(trait.name for arm in arms for trait in arm.identity):
        found = [traits.get(name) for traits in by_arm]
        cells = [
            TraitCell(", ".join(each.values), each.changed)
            if each
            else TraitCell("–", False)
            for each in found
        ]
        yield TraitRow(
            name=name, cells=cells, is_same=len({each.text for each in cells}) == 1
        )


def _sessions(arms: Sequence[Arm]) -> list[SessionRow]:
    every = [line for arm in arms for line in arm.lines]
    cost = Scale.of("usd", [line.cost_usd for line in every])
    tokens = Scale.of("tokens", [line.total_tokens for line in every])
    busy = Scale.of("ms", [line.duration_ms for line in every])
    return [
        SessionRow(
            arm=arm.title,
            line=line,
            status=_status(line),
            cost=cost.told(line.cost_usd),
            tokens=tokens.told(line.total_tokens),
            busy=busy.told(line.duration_ms),
        )
        for arm in arms
        for line in arm.lines
    ]


def _status(line: SessionLine) -> str:
    if line.is_outage:
        return "outage"
    verdict = {True: "passed", False: "not passed", None: line.status}[line.passed]
    return verdict if line.status == "completed" else f"{line.status}, {verdict}"
