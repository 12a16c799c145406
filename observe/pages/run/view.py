"""One run's page: what it came to, and a tab from the address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST, require_safe

from observe.pages.errors import refusal
from observe.pages.rows import Status
from observe.pages.run import gate, keys, overview, session, traffic, turns
from observe.pages.run.panel import Measured, RunTab
from observe.pages.run.state import state_of
from observe.pages.seen import Seen, seen
from observe.rendering.template_context import TemplateContext, show
from runs import lifecycle
from runs.exporters import Exporter, available
from runs.filters import BadFilter
from runs.lifecycle.errors import RunError
from runs.measure.figures import Statistics
from runs.models import CapturedRequest, Run, RunState, Session

TABS = (
    RunTab("overview", "Overview", overview.read),
    RunTab("turns", "Turns", turns.read),
    RunTab("traffic", "Traffic", traffic.read),
    RunTab("gate", "Gate", gate.read),
    RunTab("keys", "Keys", keys.read),
)
OF_SESSIONS = (TABS[0], RunTab("session", "Session", session.read), *TABS[1:])


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPage(TemplateContext):
    template: ClassVar[str] = "run/page.html"

    live: bool
    run: Run
    status: Status
    numbers: Statistics
    seen: Seen
    is_edited: bool
    """`?edit=1`: name, tags and notes are fields."""
    exporters: list[Exporter]
    tabs: tuple[RunTab, ...]
    tab: RunTab
    """The open one."""
    panel: TemplateContext
    """What `tab` has read; its template is drawn below the tabs."""


@require_safe
def run_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    if not Run.objects.filter(uid=uid).exists():
        return named_run(request, str(uid))  # names may look like ids
    measured = _measured(uid)
    tabs, asked = _tabs(measured.run), request.GET.get("tab")
    tab = next((one for one in tabs if one.name == asked), tabs[0])
    try:
        panel = tab.read(request, measured)
    except BadFilter as error:
        return refusal(request, 400, "BAD_REQUEST", str(error))
    return show(request, _page(request, measured, tab, panel))


@require_safe
def named_run(request: HttpRequest, reference: str) -> HttpResponse:
    """A name, or the start of an id, leads to the one address of a run."""
    try:
        address = lifecycle.find(reference).get_absolute_url()
    except RunError as error:
        return refusal(request, error.status, error.code, error.message)
    query = request.META.get("QUERY_STRING", "")
    return HttpResponseRedirect(f"{address}?{query}" if query else address)


@require_POST
def issue_key(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The only answer that holds the new key; it is kept nowhere."""
    measured = _measured(uid)
    try:
        issued = lifecycle.issue_key(measured.run)
    except RunError as error:
        return refusal(request, error.status, error.code, error.message)
    panel = keys.panel(request, measured, issued.text)
    response = show(request, _page(request, measured, TABS[-1], panel))
    response.headers["Cache-Control"] = "no-store"
    return response


def _measured(uid: UUID) -> Measured:
    run = Run.objects.filter(uid=uid).first()
    if run is None:
        raise Http404("There is no such run; it may have been deleted.")
    return Measured(run, seen(CapturedRequest.objects.in_run(run.pk)))


def _tabs(run: Run) -> tuple[RunTab, ...]:
    return OF_SESSIONS if Session.objects.filter(run=run).exists() else TABS


def _page(
    request: HttpRequest, measured: Measured, tab: RunTab, panel: TemplateContext
) -> RunPage:
    return RunPage(
        live=measured.run.state != RunState.ENDED or measured.numbers.pending > 0,
        run=measured.run,
        status=state_of(measured.run),
        numbers=measured.numbers,
        seen=measured.seen,
        is_edited=request.GET.get("edit") == "1",
        exporters=available(),
        tabs=_tabs(measured.run),
        tab=tab,
        panel=panel,
    )
