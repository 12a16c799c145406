"""The turns of a run on a time axis: what each message of a user set off.

Called by `observe/pages/run/view.py`; a page of a hundred turns and their requests is
read, by cursor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from django.http import HttpRequest

from observe.pages.axis import Axis, Placed
from observe.pages.run.panel import Measured
from observe.rendering.template_context import TemplateContext
from runs.api.paging import page_by_id
from runs.measure.totals import RunTotals, of_turns
from runs.models import CapturedRequest, Turn

PAGE_SIZE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnLine:
    """A turn, and where it lies on the axis."""

    turn: Turn
    totals: RunTotals
    took_ms: float
    """First start to last end."""
    bar: Placed


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnsPanel(TemplateContext):
    template: ClassVar[str] = "run/_turns.html"

    turns: list[TurnLine]
    axis: Axis
    older: str
    newer: str


def read(request: HttpRequest, measured: Measured) -> TurnsPanel:
    rows = Turn.objects.filter(run=measured.run)
    page = page_by_id(rows, request.GET.get("cursor", ""), PAGE_SIZE)
    turns = sorted(page.rows, key=lambda turn: (turn.started_at, turn.pk))
    totals, ends = of_turns([turn.pk for turn in turns]), _ends(turns)
    axis = Axis.over([(turn.started_at, ends[turn.pk]) for turn in turns])
    first, last = (page.rows[-1].pk, page.rows[0].pk) if page.rows else (0, 0)
    return TurnsPanel(
        turns=[
            _line(turn, totals.get(turn.pk, RunTotals()), ends[turn.pk], axis)
            for turn in turns
        ],
        axis=axis,
        older=f"?tab=turns&cursor=older-{first}" if page.has_older else "",
        newer=f"?tab=turns&cursor=newer-{last}" if page.has_newer and last else "",
    )


def _ends(turns: Sequence[Turn]) -> dict[int, datetime]:
    """When the last request of each was over."""
    ends = {turn.pk: turn.started_at for turn in turns}
    rows = CapturedRequest.objects.filter(turn__in=turns).order_by()
    for key, start, took in rows.values_list("turn", "started_at", "duration_ms"):
        if key is not None:
            ends[key] = max(ends[key], start + timedelta(milliseconds=took or 0))
    return ends


def _line(turn: Turn, totals: RunTotals, end: datetime, axis: Axis) -> TurnLine:
    return TurnLine(
        turn=turn,
        totals=totals,
        took_ms=(end - turn.started_at).total_seconds() * 1000,
        bar=axis.bar(turn.started_at, end),
    )
