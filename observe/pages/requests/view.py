"""The request list: a whole page, or only its results for htmx."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from observe.pages.connect.view import snippets
from observe.pages.requests import listing
from runs.exporters import EXPORTERS
from runs.filters import FILTERS, BadFilter
from runs.record import Outcome
from runs.request_filter import EVERYTHING, RequestFilter

TOGGLES = ("error", "stream", "tools", "images")
"""Filters that the bar has a switch of; icons have the same names."""
IN_BAR = {"q", "model", "provider", "status", "outcome", *TOGGLES}
"""The bar has a field of these; every filter has a chip."""


@require_safe
def request_list(request: HttpRequest) -> HttpResponse:
    chosen, problem = _read_filter(request)
    found = replace(listing.read_listing(chosen, request.GET), problem=problem)
    only_results = bool(request.htmx) and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    context = {"listing": found, "live": True, "exporters": EXPORTERS}
    if not found.rows and chosen.is_empty and not problem:
        context |= {**snippets(request), "is_empty": True}
    if only_results:
        return _results(request, context, found)
    context |= {
        "chosen": chosen.as_query(),
        "options": listing.options(),
        "signals": _signals(chosen),
        "status_classes": ("2xx", "3xx", "4xx", "5xx"),
        "carried": _carried(chosen),
        "outcomes": [(value, value.replace("_", " ")) for value in Outcome],
    }
    response = render(request, "requests/list.html", context)
    response.headers["Vary"] = "HX-Request, Cookie"
    return response


def _signals(chosen: RequestFilter) -> list[tuple[str, str, bool]]:
    """Each switch of the bar: its name, its words, and whether it is on."""
    words = {each.name: each.words for each in FILTERS}
    values = chosen.as_query()
    return [(name, words[name], values.get(name) == "1") for name in TOGGLES]


def _carried(chosen: RequestFilter) -> list[tuple[str, str]]:
    """Filters that come from links only; the form hands them on."""
    return [item for item in chosen.as_query().items() if item[0] not in IN_BAR]


def _read_filter(request: HttpRequest) -> tuple[RequestFilter, str]:
    try:
        return RequestFilter.from_query(request.GET), ""
    except BadFilter as error:
        return EVERYTHING, str(error)


def _results(
    request: HttpRequest, context: dict[str, object], found: listing.Listing
) -> HttpResponse:
    response = render(request, "requests/_results.html", context)
    # The bar's empty fields don't belong into the address.
    if request.headers.get("HX-Trigger") == "filters":
        response.headers["HX-Push-Url"] = found.first_url
    response.headers["Vary"] = "HX-Request, Cookie"
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return redirect("/requests")
