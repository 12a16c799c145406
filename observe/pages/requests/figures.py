"""What the requests that the list is narrowed to came to: a strip above the table.

It loads by itself, after the list: figures of a filter may take longer than its first
page, and nobody who types waits for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from observe.rendering.template_context import TemplateContext, show
from runs.filters import BadFilter
from runs.filters.request_filter import RequestFilter
from runs.measure.of_filter import MOST, FilterFigures, figures_of


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterStrip(TemplateContext):
    template: ClassVar[str] = "requests/_figures.html"

    figures: FilterFigures
    most: int = MOST


@require_safe
def filter_figures(request: HttpRequest) -> HttpResponse:
    try:
        chosen = RequestFilter.from_query(request.GET)
    except BadFilter:
        return HttpResponse(status=204)  # the list says what is wrong
    return show(request, FilterStrip(figures=figures_of(chosen)))
