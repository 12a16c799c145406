"""HTML: one page that loads nothing, for people who have no Weir.

`templates/experiment/_report.html` draws it, as on Weir's own page.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import ClassVar

from django.template.loader import render_to_string

from runs.experiments import drawing, words
from runs.experiments.findings import Arm, ExperimentReport, SessionLine
from runs.experiments.reports.base import ReportFormat
from runs.experiments.words import Gap


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmRow:
    """An arm as its line shows it."""

    arm: Arm
    letter: str
    passes: str
    cost: str
    per_pass: str
    failures: str
    passing: list[tuple[int, str, str]]
    sessions: list[tuple[SessionLine, str]]
    """Each with its cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """A metric: the baseline's value, and each other arm's with its difference."""

    name: str
    is_primary: bool
    cells: tuple[str, ...]
    pairs: list[tuple[str, Gap]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPart:
    """What the part that shows a report may name."""

    template: ClassVar[str] = "export/experiment.html"

    report: ExperimentReport
    standing: str
    arms: list[ArmRow]
    lines: list[ReportLine]
    frontier: drawing.Frontier | None
    spreads: list[drawing.Lanes]
    method: list[str]
    links: bool
    """To pages of sessions: only on Weir's own page."""


def part(report: ExperimentReport, *, links: bool = False) -> ReportPart:
    return ReportPart(
        report=report,
        standing=words.standing(report),
        arms=[_row(place, arm) for place, arm in enumerate(report.arms)],
        lines=[
            ReportLine(
                name=each.name,
                is_primary=each.is_primary,
                cells=each.cells,
                pairs=list(zip(each.cells[1:], each.differences, strict=True)),
            )
            for each in words.lines(report)
        ],
        frontier=drawing.frontier(report),
        spreads=drawing.spreads(report),
        method=list(words.method(report)),
        links=links,
    )


def _row(place: int, arm: Arm) -> ArmRow:
    return ArmRow(
        arm=arm,
        letter=drawing.letter(place),
        passes=words.passes(arm),
        cost=words.usd(arm.cost_usd),
        per_pass=words.usd(arm.cost_per_pass_usd),
        failures=words.usd(arm.cost_of_failures_usd),
        passing=[(e.k, f"{e.any:.0%}", f"{e.all:.0%}") for e in arm.passing],
        sessions=[(line, words.usd(line.cost_usd)) for line in arm.lines],
    )


def write(report: ExperimentReport) -> str:
    found = part(report)
    names = {each.name: getattr(found, each.name) for each in fields(found)}
    return render_to_string(ReportPart.template, names)


FORMAT = ReportFormat("html", "text/html; charset=utf-8", ".html", write)
