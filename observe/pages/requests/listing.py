"""One page of the request list: which rows, and where older and newer ones are.

Pages are keyset windows over the id (recording order), so that page 10,000 costs what
page 1 does. Called by `observe/pages/requests/view.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote, urlencode

from django.http import HttpRequest

from observe.pages.requests.columns import (
    COLUMNS,
    HIDE,
    Column,
    choices_in,
    hidden_by,
    shows_together,
)
from observe.pages.requests.excerpts import excerpts
from observe.pages.rows import Row
from observe.pages.together import TOGETHER, read_together
from observe.rendering.found import Sought
from runs.exporters import Exporter, available
from runs.filters.kinds import BadFilter, is_id
from runs.filters.orders import NEWEST, ORDER, Order, read_order
from runs.filters.request_filter import RequestFilter
from runs.models import CapturedRequest, ordered_set, paged_set

PAGE_SIZE = 50
NONE: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What `templates/requests/_results.html` draws."""

    rows: list[Row]
    query: str
    """The filter as a query string, without paging."""
    live_query: str
    """What its live rows are asked for with."""
    is_first: bool
    is_live: bool
    """New requests belong on top."""
    newest: int
    """The newest id there was; live updates start after it."""
    older: str = ""
    """Address of the next older page, "" on the last."""
    newer: str = ""
    first_url: str = "/requests"
    order: Order = NEWEST
    is_short: bool = False
    """Further rows may pass the filter: it was looked for them as far as there is time
    for a page."""
    columns: ClassVar[tuple[Column, ...]] = COLUMNS
    extras: ClassVar[list[str]] = hidden_by(())
    """Columns that are shown only where somebody asks for them."""

    @property
    def looked_at(self) -> str:
        """So many requests, where `is_short`."""
        source = ordered_set if self.order.column else paged_set
        return f"{source.LONGEST_LOOK:,}"

    @property
    def exporters(self) -> list[Exporter]:
        """Formats that can be written here."""
        return available()


def address(query: Mapping[str, str], **paging: int) -> str:
    text = encoded({**query, **{name: str(edge) for name, edge in paging.items()}})
    return f"/requests?{text}" if text else "/requests"


def encoded(query: Mapping[str, str]) -> str:
    """As people can read it in an address."""
    return urlencode(query, quote_via=quote, safe=":*/()|")


def read_listing(
    chosen: RequestFilter,
    query: Mapping[str, str],
    kept: Mapping[str, str] = NONE,
    order: Order = NEWEST,
) -> Listing:
    """The page that `older=ID` or `newer=ID` ask for; the first one without them.
    `kept` is what else stands in its address."""
    newest = newest_id()
    text = encoded(chosen.as_query())
    within = encoded({**chosen.as_query(), **order.as_query()})
    told = {**chosen.as_query(), **kept, **order.as_query()}
    page = chosen.apply(CapturedRequest.objects.all()).listed(
        order,
        after=_cursor(query.get("older")),
        before=_cursor(query.get("newer")),
        size=PAGE_SIZE,
    )
    told_of = excerpts(page.rows, Sought.by(chosen))
    is_extra = shows_together(choices_in(kept.get(HIDE, "")))
    talks = read_together(page.rows) if is_extra else {}
    return Listing(
        rows=[
            Row(
                each, within, told_of.get(each.pk), talks.get(each.conversation_id or 0)
            )
            for each in page.rows
        ],
        query=text,
        live_query=encoded({**chosen.as_query(), TOGETHER: "1"}) if is_extra else text,
        is_first=not page.has_newer and (bool(page.rows) or not _has_edge(query)),
        is_live=not page.has_newer and order == NEWEST,
        newest=newest,
        order=order,
        is_short=bool(page.looked_to or page.looked_from),
        first_url=address(told),
        older=address(told, older=page.oldest or 0) if page.has_older else "",
        newer=address(told, newer=page.newest or 0) if page.has_newer else "",
    )


def order_of(request: HttpRequest) -> Order:
    """What nobody knows is the usual order."""
    try:
        return read_order(request.GET.get(ORDER, ""))
    except BadFilter:
        return NEWEST


def nothing(query: Mapping[str, str]) -> Listing:
    """Where it can't be told what is asked for."""
    first = address(query)
    return Listing(
        rows=[],
        query="",
        live_query="",
        is_first=True,
        is_live=True,
        newest=newest_id(),
        first_url=first,
    )


def newest_id() -> int:
    latest = CapturedRequest.objects.order_by("-pk").values_list("pk", flat=True)
    return latest.first() or 0


def _has_edge(query: Mapping[str, str]) -> bool:
    return bool(query.get("older") or query.get("newer"))


def _cursor(text: str | None) -> int | None:
    """Anything but an id is treated as no cursor at all."""
    return int(text) if text and is_id(text) else None
