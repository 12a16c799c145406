"""A request beside the list: what it came to and its last words, without leaving.

The list draws it for `?inspect=ID`; inspector.js asks for it while one walks the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from observe.pages.request import conversation
from observe.pages.request.captured import Captured
from observe.pages.request.view import curl_for
from observe.pages.requests.listing import encoded, order_of
from observe.pages.rows import Row
from observe.rendering.template_context import TemplateContext, show
from observe.rendering.turns import Turn
from runs.detail import Detail
from runs.filters import BadFilter
from runs.filters.request_filter import RequestFilter
from runs.models import CapturedRequest

INSPECT = "inspect"
LAST_TURNS = 2
"""What was said last, and the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """The request of the panel."""

    row: Row
    detail: Detail
    turns: list[Turn]
    earlier: int
    """How many turns stand before them."""
    problem: str
    curl: str

    @property
    def kept(self) -> str:
        """The list's filter and order, behind other words of a query."""
        return f"&{self.row.query}" if self.row.query else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectorPart(TemplateContext):
    template: ClassVar[str] = "requests/_inspector.html"

    inspected: Inspected


@require_safe
def inspector(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = _read(request, uid)
    if found is None:
        raise Http404("No such request is stored; it may have been pruned.")
    return show(request, InspectorPart(inspected=found))


def asked_for(request: HttpRequest) -> Inspected | None:
    """What the list's address wants beside it; one that is gone is left out."""
    try:
        uid = UUID(request.GET.get(INSPECT, ""))
    except ValueError:
        return None
    return _read(request, uid)


def _read(request: HttpRequest, uid: UUID) -> Inspected | None:
    rows = CapturedRequest.objects.select_related("detail", "conversation", "run")
    found = rows.filter(uid=uid).first()
    if found is None:
        return None
    captured = Captured(found)
    said = conversation.read(request, captured)
    last = said.turns[-LAST_TURNS:]
    return Inspected(
        row=Row(found, _query(request)),
        detail=captured.detail,
        turns=last,
        earlier=said.hidden_turns + len(said.turns) - len(last),
        problem=said.problem,
        curl=curl_for(request, captured),
    )


def _query(request: HttpRequest) -> str:
    try:
        chosen = RequestFilter.from_query(request.GET).as_query()
    except BadFilter:
        chosen = {}
    return encoded({**chosen, **order_of(request).as_query()})
