"""The request list: a whole page, or only its results for htmx.

The filter is one text of the language in `?where=`; single filters in an address
(`?provider=openai`) are read as parts of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from observe.pages.connect.view import Snippets, read_snippets
from observe.pages.request.inspector import Inspected, asked_for
from observe.pages.requests.bar import (
    FilterLink,
    Mistake,
    QueryBar,
    mistake_in,
    read_bar,
)
from observe.pages.requests.columns import HIDE, choices_in
from observe.pages.requests.listing import (
    Listing,
    nothing,
    order_of,
    read_listing,
)
from observe.pages.requests.wider import wider
from observe.rendering.template_context import TemplateContext, show
from runs.filters import BadFilter
from runs.filters.grammar import MAX_LENGTH
from runs.filters.request_filter import EVERYTHING, WHERE, RequestFilter
from runs.filters.scanning import BadWhere
from runs.filters.writing import in_language, joined, parts_of

TYPED, SENT = "q", "filters"
"""What htmx says has asked: the field while somebody writes, or its whole form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Results(TemplateContext):
    """The table and what narrows it, for htmx."""

    template: ClassVar[str] = "requests/_results.html"

    listing: Listing
    bar: QueryBar
    snippets: Snippets | None
    """How to send the first request, while there is none."""
    wider: list[FilterLink]
    """What would find some, where nothing does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage(TemplateContext):
    """The names of `Results`, and the query bar above them."""

    template: ClassVar[str] = "requests/list.html"

    live: bool = True
    listing: Listing
    bar: QueryBar
    snippets: Snippets | None
    wider: list[FilterLink]
    inspected: Inspected | None
    """The request that the address wants beside the list."""
    text: str
    """Of the query."""
    longest: int = MAX_LENGTH


@require_safe
def request_list(request: HttpRequest) -> HttpResponse:
    is_part = bool(request.htmx) and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    asked_by = request.headers.get("HX-Trigger", "") if is_part else ""
    chosen, text, mistake = _read_filter(request)
    if mistake and asked_by == TYPED:
        return HttpResponse(status=204)  # not written to its end yet: htmx waits
    chosen_columns, order = choices_in(request.GET.get(HIDE, "")), order_of(request)
    kept = {HIDE: ",".join(chosen_columns)} if chosen_columns else {}
    kept |= order.as_query()
    if mistake:
        listing = nothing({WHERE: text, **kept})
    else:
        listing = read_listing(chosen, request.GET, kept, order)
    is_empty = not listing.rows and chosen.is_empty and not mistake
    snippets = read_snippets(request) if is_empty else None
    bar = read_bar(chosen, kept, mistake, order)
    near = wider(chosen, kept) if not listing.rows and listing.is_first else []
    if is_part:
        results = Results(listing=listing, bar=bar, snippets=snippets, wider=near)
        response = show(request, results)
        # Empty fields and single filters don't belong into the address.
        if asked_by in (TYPED, SENT):
            response.headers["HX-Push-Url"] = listing.first_url
    else:
        page = ListPage(
            listing=listing,
            bar=bar,
            snippets=snippets,
            wider=near,
            inspected=asked_for(request),
            text=text,
        )
        response = show(request, page)
    response.headers["Vary"] = "HX-Request, Cookie"
    return response


def _read_filter(request: HttpRequest) -> tuple[RequestFilter, str, Mistake | None]:
    """The filter, its text, and what is wrong with it: then nothing is searched."""
    text = request.GET.get(WHERE, "").strip()
    try:
        chosen = in_language(RequestFilter.from_query(request.GET))
    except BadFilter as error:
        told = mistake_in(text, error)
        return EVERYTHING, text if isinstance(error, BadWhere) else "", told
    return chosen, joined(parts_of(chosen)), None
