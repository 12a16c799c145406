"""The newest requests of a run, as the list of requests shows them.

Called by `observe/pages/run/view.py`; older ones are a page of that list, narrowed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.http import HttpRequest

from observe.pages.requests.listing import Listing, read_listing
from observe.pages.run.panel import Measured
from observe.rendering.template_context import TemplateContext
from runs.filters.request_filter import RequestFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficPanel(TemplateContext):
    template: ClassVar[str] = "run/_traffic.html"

    listing: Listing


def read(request: HttpRequest, measured: Measured) -> TrafficPanel:
    chosen = RequestFilter.from_query({"run": str(measured.run.uid)})
    return TrafficPanel(listing=read_listing(chosen, {}))
