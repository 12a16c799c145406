"""The table of the overview: a line for each model, provider, operation or run."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from observe.pages.overview.asked import Asked
from runs.measure.over_time import OverTime
from runs.models import Run
from runs.rollups import histogram
from runs.rollups.figures import Figures

MOST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLine:
    """One value's figures."""

    label: str
    href: str
    figures: Figures
    errors: int
    error_share: float | None
    cost_usd: Decimal | None
    cache: float | None
    p95_ms: float | None
    of_most: float
    """Of the largest one's requests, in percent: how long its bar is."""


@dataclass(frozen=True, slots=True)
class Groups:
    lines: list[GroupLine]
    left_out: int


def groups(asked: Asked, found: OverTime) -> Groups:
    names = sorted(found.groups, key=lambda each: -found.groups[each].requests)
    called = _called(asked, names[:MOST])
    most = max((each.requests for each in found.groups.values()), default=0) or 1
    lines = [_line(asked, found, name, called[name], most) for name in names[:MOST]]
    return Groups(lines, max(len(names) - MOST, 0))


def _called(asked: Asked, names: list[str]) -> dict[str, tuple[str, str]]:
    """Group → its words, and the value that its link asks for."""
    if asked.by != "run":
        return {name: (name.replace("_", " "), name) for name in names}
    runs = Run.objects.in_bulk([int(name) for name in names])
    told = {str(pk): (run.name, str(run.uid)) for pk, run in runs.items()}
    return {name: told.get(name, ("no run", "")) for name in names}


def _line(
    asked: Asked, found: OverTime, name: str, called: tuple[str, str], most: int
) -> GroupLine:
    figures, errors = found.groups[name], found.group_errors[name]
    label, value = called
    return GroupLine(
        label=label or "not known",
        href=asked.narrowed(asked.by, value) if value else "",
        figures=figures,
        errors=errors,
        error_share=errors / figures.requests if figures.requests else None,
        cost_usd=figures.cost_usd,
        cache=figures.cache_hit_rate,
        p95_ms=histogram.percentile(figures.durations, 0.95),
        of_most=round(figures.requests / most * 100, 2),
    )
