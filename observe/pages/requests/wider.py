"""Where no request has a value as it was written: those that begin so, or have it in
them.

Called by `view.py` for a list without rows. Asks the facets, never the requests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from observe.pages.requests.bar import FilterLink
from observe.pages.requests.listing import address
from runs.filters import FILTERS
from runs.filters.request_filter import WHERE, RequestFilter
from runs.filters.writing import joined, parts_of, value_in
from runs.models import Facet

_PLAIN = re.compile(r'[^\s"*|()\\]+')


def wider(chosen: RequestFilter, kept: Mapping[str, str]) -> list[FilterLink]:
    """Links to the list with `model:gpt*` in the place of `model:gpt`."""
    return list(_wider(parts_of(chosen), kept))


def _wider(parts: list[str], kept: Mapping[str, str]) -> Iterator[FilterLink]:
    for field in FILTERS:
        value = value_in(parts, field.name) if field.has_facets else None
        if value is None or not _PLAIN.fullmatch(value):
            continue
        if pattern := _pattern(field.name, value):
            told = f"{field.name}:{pattern}"
            others = [part for part in parts if value_in([part], field.name) is None]
            href = address({WHERE: joined([*others, told]), **kept})
            yield FilterLink(told, href, is_on=False)


def _pattern(kind: str, value: str) -> str | None:
    """The narrowest one that a request has; None: it has the value, or nothing near."""
    known = Facet.objects.filter(kind=kind)
    if known.filter(value=value).exists():
        return None
    if known.filter(value__istartswith=value).exists():
        return f"{value}*"
    return f"*{value}*" if known.filter(value__icontains=value).exists() else None
