"""The list of runs, with what takes all other requests above it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from observe.pages.connect.view import base_address
from observe.pages.errors import refusal
from observe.pages.runs.listing import RunListing, read_listing
from observe.rendering.template_context import TemplateContext, show
from runs import lifecycle
from runs.filters import BadFilter
from runs.models import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsPage(TemplateContext):
    template: ClassVar[str] = "runs/list.html"

    live: bool = True
    listing: RunListing
    current: Run | None
    """The global run that is active."""
    base: str
    """Weir's own address, for what an empty list teaches."""


@require_safe
def run_list(request: HttpRequest) -> HttpResponse:
    try:
        listing = read_listing(request.GET)
    except BadFilter as error:
        return refusal(request, 400, "BAD_REQUEST", str(error))
    page = RunsPage(
        listing=listing,
        current=lifecycle.active_global(),
        base=base_address(request),
    )
    return show(request, page)
