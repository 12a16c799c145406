"""Two or more sides of runs: metrics with their intervals and verdicts, turn by turn.

Statistics of each run are summed at each call; the numbers and verdicts are those of
`/api/runs/compare`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from observe.pages.compare import words
from observe.pages.compare.drawing import (
    MetricLine,
    Strip,
    Tick,
    is_told,
    line,
    strips,
)
from observe.pages.compare.sides import (
    SideHead,
    Sides,
    address,
    heads,
    primary_of,
    read_sides,
)
from observe.pages.errors import refusal
from observe.rendering.template_context import TemplateContext, show
from runs.lifecycle.errors import RunError
from runs.measure.compare import compare
from runs.measure.differences import TurnFacts, TurnPair
from runs.models import CapturedRequest, Run

MOST_DOTS = 300
"""Requests of a side that are drawn, the newest of each run."""
MOST_OFFERED = 40


@dataclass(frozen=True, slots=True)
class Offer:
    """A run that could be one more side."""

    run: Run
    href: str


@dataclass(frozen=True, slots=True)
class TurnCell:
    """A turn on one side; no facts where the side has none like it."""

    facts: TurnFacts | None
    changes: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparePage(TemplateContext):
    template: ClassVar[str] = "compare/page.html"

    sides: list[SideHead]
    offers: list[Offer]
    metrics: list[MetricLine]
    primary: str
    strips: list[Strip]
    ticks: list[Tick]
    turns: list[list[TurnCell]]
    turns_left_out: int
    share: str
    """The address with every run by its id."""


@require_safe
def compare_page(request: HttpRequest) -> HttpResponse:
    try:
        sides = read_sides(request.GET)
    except RunError as error:
        return refusal(request, error.status, error.code, error.message)
    primary = primary_of(request.GET)
    share = request.build_absolute_uri(address(sides, primary))
    return show(request, _page(sides, primary, share))


def _page(sides: Sides, primary: str, share: str) -> ComparePage:
    found = compare(sides, primary) if len(sides) > 1 else None
    drawn, ticks = strips([_durations(side) for side in sides] if found else [])
    return ComparePage(
        sides=heads(sides, primary),
        offers=_offers(sides, primary),
        metrics=[line(each) for each in found.metrics if is_told(each)]
        if found
        else [],
        primary=primary,
        strips=drawn,
        ticks=ticks,
        turns=[_cells(pair) for pair in found.turns] if found else [],
        turns_left_out=found.turns_left_out if found else 0,
        share=share,
    )


def _offers(sides: Sides, primary: str) -> list[Offer]:
    """The newest runs that stand on no side yet."""
    taken = [run.pk for side in sides for run in side]
    runs = Run.objects.exclude(pk__in=taken).order_by("-pk")[:MOST_OFFERED]
    return [Offer(run, address([*sides, [run]], primary)) for run in runs]


def _durations(side: Sequence[Run]) -> list[float]:
    """Of the newest successes of each run."""
    each = max(MOST_DOTS // len(side), 1)
    found: list[float] = []
    for run in side:
        rows = CapturedRequest.objects.filter(run=run, is_success=True)
        newest = rows.newest_first().values_list("duration_ms", flat=True)[:each]
        found += [duration for duration in newest if duration is not None]
    return found


def _cells(pair: TurnPair) -> list[TurnCell]:
    first, *others = pair.sides
    cells = [TurnCell(first, [])]
    for facts, changes in zip(others, pair.changes, strict=True):
        cells.append(TurnCell(facts, [words.change(each) for each in changes]))
    return cells
