"""The request list: a whole page, or only its results for htmx."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from observe.pages.connect.view import Snippets, read_snippets
from observe.pages.requests.listing import Listing, options, read_listing
from observe.rendering.template_context import TemplateContext, show
from runs.filters import FILTERS, BadFilter
from runs.filters.request_filter import EVERYTHING, RequestFilter
from runs.record import Outcome

TOGGLES = ("error", "stream", "tools", "images")
"""Filters that the bar has a switch of; icons have the same names."""
IN_BAR = {"q", "model", "provider", "status", "outcome", *TOGGLES}
"""The bar has a field of these; every filter has a chip."""


@dataclass(frozen=True, slots=True)
class Toggle:
    """A signal that can be asked for."""

    name: str
    label: str
    is_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterBar:
    """What `templates/requests/_filters.html` draws."""

    chosen: dict[str, str]
    options: dict[str, list[str]]
    signals: list[Toggle]
    carried: list[tuple[str, str]]
    """Filters that come from links only; the form hands them on."""
    status_classes: ClassVar[tuple[str, ...]] = ("2xx", "3xx", "4xx", "5xx")
    outcomes: ClassVar[tuple[Outcome, ...]] = tuple(Outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class Results(TemplateContext):
    """The table alone, for htmx."""

    template: ClassVar[str] = "requests/_results.html"

    listing: Listing
    snippets: Snippets | None
    """How to send the first request, while there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage(TemplateContext):
    """The names of `Results`, and the filter bar above it."""

    template: ClassVar[str] = "requests/list.html"

    live: bool = True
    listing: Listing
    snippets: Snippets | None
    bar: FilterBar


@require_safe
def request_list(request: HttpRequest) -> HttpResponse:
    chosen, problem = _read_filter(request)
    found = replace(read_listing(chosen, request.GET), problem=problem)
    is_empty = not found.rows and chosen.is_empty and not problem
    snippets = read_snippets(request) if is_empty else None
    if bool(request.htmx) and not request.htmx.history_restore_request:  # type: ignore[attr-defined]
        response = show(request, Results(listing=found, snippets=snippets))
        # The bar's empty fields don't belong into the address.
        if request.headers.get("HX-Trigger") == "filters":
            response.headers["HX-Push-Url"] = found.first_url
    else:
        page = ListPage(listing=found, snippets=snippets, bar=_bar(chosen))
        response = show(request, page)
    response.headers["Vary"] = "HX-Request, Cookie"
    return response


def _bar(chosen: RequestFilter) -> FilterBar:
    words = {each.name: each.words for each in FILTERS}
    values = chosen.as_query()
    return FilterBar(
        chosen=values,
        options=options(),
        signals=[
            Toggle(name, words[name], values.get(name) == "1") for name in TOGGLES
        ],
        carried=[item for item in values.items() if item[0] not in IN_BAR],
    )


def _read_filter(request: HttpRequest) -> tuple[RequestFilter, str]:
    try:
        return RequestFilter.from_query(request.GET), ""
    except BadFilter as error:
        return EVERYTHING, str(error)
