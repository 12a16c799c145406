"""One page of the request list: which rows, and where older and newer ones are.

Pages are keyset windows over the id (recording order), so that page 10,000 costs what
page 1 does. Called by `observe/pages/requests/view.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

from observe.pages.requests.columns import COLUMNS, Column
from observe.pages.rows import Row
from runs.exporters import Exporter, available
from runs.filters.kinds import is_id
from runs.filters.request_filter import RequestFilter
from runs.models import CapturedRequest, Facet

PAGE_SIZE = 50
FACETS = ("provider", "model")


@dataclass(frozen=True, slots=True)
class Chip:
    """An active filter and the address of the list without it."""

    label: str
    value: str
    without: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What `templates/requests/_results.html` draws."""

    rows: list[Row]
    chips: list[Chip]
    query: str
    """The filter as a query string, without paging."""
    is_first: bool
    newest: int
    """The newest id there was; live updates start after it."""
    older: str = ""
    """Address of the next older page, "" on the last."""
    newer: str = ""
    problem: str = ""
    columns: ClassVar[tuple[Column, ...]] = COLUMNS

    @property
    def exporters(self) -> list[Exporter]:
        """Formats that can be written here."""
        return available()

    @property
    def first_url(self) -> str:
        return address(self.query)


def address(query: str = "", **paging: int) -> str:
    parts = [part for part in (query, urlencode(paging)) if part]
    return "/requests" + ("?" + "&".join(parts) if parts else "")


def read_listing(chosen: RequestFilter, query: Mapping[str, str]) -> Listing:
    """The page that `older=ID` or `newer=ID` ask for; the newest one without them."""
    newest = newest_id()
    text = urlencode(chosen.as_query())
    page = chosen.apply(CapturedRequest.objects.all()).page(
        after=_cursor(query.get("older")),
        before=_cursor(query.get("newer")),
        size=PAGE_SIZE,
    )
    return Listing(
        rows=[Row(request, text) for request in page.rows],
        chips=chips(chosen),
        query=text,
        is_first=not page.has_newer,
        newest=newest,
        older=address(text, older=page.oldest or 0) if page.has_older else "",
        newer=address(text, newer=page.newest or 0) if page.has_newer else "",
    )


def newest_id() -> int:
    latest = CapturedRequest.objects.order_by("-pk").values_list("pk", flat=True)
    return latest.first() or 0


def options() -> dict[str, list[str]]:
    """What the filter bar offers, from the facets table: no scan of requests."""
    offered: dict[str, list[str]] = {kind: [] for kind in FACETS}
    known = Facet.objects.filter(kind__in=FACETS).order_by("value")
    for kind, value in known.values_list("kind", "value")[:2000]:
        offered[kind].append(value)
    return offered


def chips(chosen: RequestFilter) -> list[Chip]:
    values = chosen.as_query()
    return [
        Chip(
            each.filter.words,
            _chip_value(each.text),
            address(
                urlencode({k: v for k, v in values.items() if k != each.filter.name})
            ),
        )
        for each in chosen.chosen
    ]


def _chip_value(value: str) -> str:
    return {"1": "", "0": "no"}.get(value, value)


def _cursor(text: str | None) -> int | None:
    """Anything but an id is treated as no cursor at all."""
    return int(text) if text and is_id(text) else None
