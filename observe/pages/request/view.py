"""One request's page: a header that never changes and a tab from the address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from observe.pages.connect.view import base_address
from observe.pages.request import (
    again,
    attempts,
    body,
    changes,
    conversation,
    curl,
    headers,
    timing,
    usage,
)
from observe.pages.request.attempts import Chain
from observe.pages.request.captured import Captured
from observe.pages.request.panel import Tab
from observe.pages.request.same_prompt import same_prompt
from observe.pages.requests.listing import order_of
from observe.pages.rows import Row
from observe.rendering.template_context import TemplateContext, show
from runs.detail import Detail
from runs.filters import BadFilter
from runs.filters.request_filter import EVERYTHING, RequestFilter
from runs.models import CapturedRequest
from runs.record import Side

TABS = (
    Tab("conversation", "Conversation", conversation.read),
    Tab("changes", "Changes", changes.read),
    Tab("request", "Request", body.read_request),
    Tab("response", "Response", body.read_response),
    Tab("headers", "Headers", headers.read),
    Tab("usage", "Usage & cost", usage.read),
    Tab("timing", "Timing", timing.read),
)
AGAIN = Tab("again", "Sent again", again.read)
"""Only for a request that was sent again, or sends one again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPage(TemplateContext):
    template: ClassVar[str] = "request/page.html"

    live: bool
    row: Row
    r: CapturedRequest
    """The row's request; every part of the page reads it."""
    detail: Detail
    tier: str
    """How it was asked to be served, and how it was, where that differs."""
    attempts: Chain
    """Of a request that failed and was tried elsewhere."""
    kept: str
    """The filter and order of the list that it was opened from, behind other words of
    a query."""
    newer: CapturedRequest | None
    older: CapturedRequest | None
    curl: str
    same_prompt: str
    """Address of the requests that begin with the same words; "": nothing is said."""
    can_resend: bool
    tabs: tuple[Tab, ...]
    tab: Tab
    """The open one."""
    panel: TemplateContext
    """What `tab` has read; its template is drawn below the tabs."""


@require_safe
def request_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    rows = CapturedRequest.objects.select_related("detail", "conversation", "run")
    try:
        captured = Captured(rows.get(uid=uid))
    except CapturedRequest.DoesNotExist:
        raise Http404("No such request is stored; it may have been pruned.") from None
    return show(request, _page(request, captured))


def _tabs(captured: Captured) -> tuple[Tab, ...]:
    has_other = captured.request.resend_of or captured.again
    return (*TABS, AGAIN) if has_other else TABS


def _chosen(request: HttpRequest, tabs: tuple[Tab, ...]) -> Tab:
    wanted = request.GET.get("tab", "")
    return next((tab for tab in tabs if tab.name == wanted), tabs[0])


def _filter(request: HttpRequest) -> RequestFilter:
    try:
        return RequestFilter.from_query(request.GET)
    except BadFilter:
        return EVERYTHING


def _page(request: HttpRequest, captured: Captured) -> RequestPage:
    chosen, tabs = _filter(request), _tabs(captured)
    tab = _chosen(request, tabs)
    order = order_of(request)
    newer, older = captured.neighbours(chosen, order)
    kept = {**chosen.as_query(), **order.as_query()}
    row = Row(captured.request)
    return RequestPage(
        live=row.is_pending,
        row=row,
        r=captured.request,
        detail=captured.detail,
        tier=usage.served_otherwise(captured.detail),
        attempts=attempts.of(captured),
        kept="".join(f"&{urlencode([item])}" for item in kept.items()),
        newer=newer,
        older=older,
        curl=curl_for(request, captured),
        same_prompt=same_prompt(captured.request),
        can_resend=not row.is_pending and not captured.request.is_cut,
        tabs=tabs,
        tab=tab,
        panel=tab.read(request, captured),
    )


def curl_for(request: HttpRequest, captured: Captured) -> str:
    """The command that sends it again from a shell."""
    detail, base = captured.detail, base_address(request)
    query = f"?{detail.query}" if detail.query else ""
    size = captured.bodies[Side.REQUEST].size if captured.has(Side.REQUEST) else 0
    # A large body is only named, so it needn't be read.
    sent = b"\0" if size > curl.MAX_INLINE else captured.raw(Side.REQUEST)
    return curl.command(
        method=captured.request.method,
        url=f"{base}{captured.request.path}{query}",
        headers=detail.request_headers,
        body=sent,
        body_url=f"{base}/api/requests/{captured.request.uid}/request",
    )
