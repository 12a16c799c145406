"""The first page: what all requests came to, over one range of time for everything.

Charts, tiles and the table read the figures over time and no request
(`runs/measure/over_time.py`); below them stand the newest errors and the active runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from observe import host_id
from observe.alerts import telling
from observe.pages.errors import refusal
from observe.pages.overview import outliers
from observe.pages.overview.asked import GROUPS, Asked
from observe.pages.overview.charts import Chart, charts
from observe.pages.overview.groups import Groups, groups
from observe.pages.overview.outliers import OutliersPart
from observe.pages.overview.own_time import OwnTime, own_time
from observe.pages.overview.tiles import Tile, tiles
from observe.pages.seen import Seen, seen
from observe.rate_limits import newest
from observe.rate_limits.newest import Gauge
from observe.rendering.template_context import TemplateContext, show
from proxy.journal import status as journal_status
from proxy.journal.status import JournalStatus
from runs import lifecycle
from runs.filters import BadFilter
from runs.filters.grammar import MAX_LENGTH
from runs.filters.request_filter import RequestFilter, Where
from runs.filters.writing import joined, parts_of, without
from runs.lifecycle.errors import RunError
from runs.measure.narrowing import of_figures
from runs.measure.over_time import LASTS, OverTime, read, whole
from runs.models import Alert, CapturedRequest, Rollup, Run, RunState
from runs.record import Outcome
from runs.rollups.steps import HOUR_S, MINUTE_S

NEWEST = 8
MOST_GAUGES = 12


@dataclass(frozen=True, slots=True)
class Choice:
    """A link that is one of several."""

    label: str
    href: str
    is_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview(TemplateContext):
    template: ClassVar[str] = "overview/page.html"

    live: bool = True
    seen: Seen
    asked: Asked
    found: OverTime
    lasts: list[Choice]
    grouped_by: list[Choice]
    chips: list[Choice]
    """What is narrowed to; each leads to the page without it."""
    mistake: str
    """What is wrong with the query bar's text."""
    outliers: OutliersPart | None
    """None: they are loaded behind the page."""
    longest: int = MAX_LENGTH
    tiles: list[Tile]
    charts: list[Chart]
    groups: Groups
    alerts: list[dict[str, Any]]
    """Those that fire."""
    gauges: list[Gauge]
    """Rate limits, the scarcest first."""
    now: datetime
    errors: list[CapturedRequest]
    """The newest, of any time."""
    runs: list[Run]
    """Active ones, the newest."""
    running: int
    journal: JournalStatus
    own_time: OwnTime
    is_new: bool
    """Nothing has ever been recorded."""


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    started = seen()
    try:
        asked = Asked.read(request.GET)
        if not {"last", "start", "end"} & set(request.GET) and _is_young():
            asked = asked.of_the_young()
        where = _where(asked)
        within = asked.range  # once: it ends now
        condition, mistake = _said(asked)
        now = read(within, asked.by, where, condition)
        before = whole(within.before, where, condition)
    except BadFilter as error:
        return refusal(request, 400, "BAD_REQUEST", str(error))
    except RunError as error:
        return refusal(request, error.status, error.code, error.message)
    return show(request, _page(started, asked, now, before, mistake))


def _is_young() -> bool:
    """All that was ever recorded is of this hour."""
    hour = timedelta(hours=1)
    begun = timezone.now() - hour
    by_minute = Q(step_s=MINUTE_S, start__lt=begun)  # kept for two days
    by_hour = Q(step_s=HOUR_S, start__lt=begun - hour)
    return not Rollup.objects.filter(by_minute | by_hour).exists()


def _where(asked: Asked) -> dict[str, list[Any]]:
    where: dict[str, list[Any]] = {name: [told] for name, told in asked.where.items()}
    if "run" in where:
        where["run"] = [lifecycle.find(asked.where["run"]).pk]
    return where


def _said(asked: Asked) -> tuple[Q, str]:
    """What the query bar says as a condition, and what is wrong with it; then nothing
    is found."""
    try:
        return of_figures(Where.read(asked.said)), ""
    except BadFilter as error:
        return Q(pk__in=[]), str(error)


def _chips(asked: Asked, mistake: str) -> list[Choice]:
    chips = [
        Choice(f"{name} {value}", asked.widened(name), is_on=True)
        for name, value in asked.where.items()
    ]
    parts = [] if mistake else parts_of(RequestFilter(where=Where.read(asked.said)))
    return chips + [
        Choice(part, asked.saying(joined(without(parts, part))), is_on=True)
        for part in parts
    ]


def _are_few(now: OverTime) -> bool:
    return now.total.requests <= outliers.FEW


def _page(
    started: Seen, asked: Asked, now: OverTime, before: OverTime, mistake: str
) -> Overview:
    rows = CapturedRequest.objects.order_by("-pk")
    active = Run.objects.filter(state=RunState.ACTIVE).order_by("-pk")
    return Overview(
        seen=started,
        asked=asked,
        found=now,
        lasts=[
            Choice(each, asked.of_last(each), not asked.is_own and each == asked.last)
            for each in LASTS
        ],
        grouped_by=[
            Choice(label, asked.by_value(by), by == asked.by)
            for by, label in GROUPS.items()
        ],
        chips=_chips(asked, mistake),
        mistake=mistake,
        outliers=outliers.read(asked) if _are_few(now) and not mistake else None,
        tiles=tiles(now, before),
        charts=charts(asked, now),
        groups=groups(asked, now),
        alerts=telling.told_all(Alert.objects.firing()[:NEWEST]),
        gauges=newest.gauges()[:MOST_GAUGES],
        now=timezone.now(),
        errors=list(rows.filter(is_success=False)[:NEWEST]),
        runs=list(active[:NEWEST]),
        running=rows.filter(outcome=Outcome.PENDING).count(),
        journal=journal_status.read(
            settings.WEIR_JOURNAL_DIR, host_id.read(settings.WEIR_DATA_DIR)
        ),
        own_time=own_time(now.total),
        is_new=not Rollup.objects.exists() and not rows.exists(),
    )
