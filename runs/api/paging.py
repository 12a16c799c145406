"""Keyset paging as API lists show it: cursors in, links to the next pages out.

A cursor is `older-123` or `newer-123`: from row 123 on. It costs the same on every
page, and rows that come meanwhile shift nothing. Of a list that is in memory anyway it
is the row's place (`page_of_list`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Protocol, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from ninja.params.functions import Query
from pydantic import WithJsonSchema

from runs.filters import BadFilter
from runs.filters.kinds import is_id

M = TypeVar("M", bound=Model)
CURSOR = Query("", description="From `next` or `previous`.")
Cursor = Annotated[
    str,
    # Described, not checked: `edges` says in words what is wrong.
    WithJsonSchema({"type": "string", "pattern": "^((older|newer)-[0-9]{1,18})?$"}),
]


class Stretch(Protocol):
    """A page of any list, newest first if nobody sorts it."""

    @property
    def newest(self) -> int | None: ...
    @property
    def oldest(self) -> int | None: ...
    @property
    def has_newer(self) -> bool: ...
    @property
    def has_older(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Rows(Generic[M]):
    """A page of rows that are in the order of their ids, newest first."""

    rows: list[M]
    has_newer: bool
    has_older: bool

    @property
    def newest(self) -> int | None:
        return self.rows[0].pk if self.rows else None

    @property
    def oldest(self) -> int | None:
        return self.rows[-1].pk if self.rows else None


def page_by_id(rows: QuerySet[M], cursor: str, size: int) -> Rows[M]:
    """`size` rows from a cursor on."""
    after, before = edges(cursor)
    if before is not None:
        found = list(rows.filter(pk__gt=before).order_by("pk")[: size + 1])
        more, found = len(found) > size, found[:size][::-1]
        return Rows(found, has_newer=more, has_older=bool(found))
    older = rows if after is None else rows.filter(pk__lt=after)
    found = list(older.order_by("-pk")[: size + 1])
    more, found = len(found) > size, found[:size]
    return Rows(found, has_newer=after is not None, has_older=more)


def edges(cursor: str) -> tuple[int | None, int | None]:
    """`older-123` or `newer-123` as the edges of a page."""
    if not cursor:
        return None, None
    side, _, number = cursor.partition("-")
    if side not in ("older", "newer") or not is_id(number):
        raise BadFilter(f"cursor must come from `next` or `previous`, not {cursor!r}.")
    return (int(number), None) if side == "older" else (None, int(number))


def links(
    request: HttpRequest, query: Mapping[str, Any], page: Stretch
) -> dict[str, str | None]:
    """The addresses of the next, older page and of the previous, newer one."""
    return _addresses(
        request,
        query,
        older=page.oldest if page.has_older else None,
        newer=page.newest if page.has_newer else None,
    )


@dataclass(frozen=True, slots=True)
class Places:
    """A page of what is counted: from `start` to before `end`."""

    start: int
    end: int
    size: int
    total: int

    def links(
        self, request: HttpRequest, query: Mapping[str, Any]
    ) -> dict[str, str | None]:
        given = {name: value for name, value in query.items() if value}
        return _addresses(
            request,
            {**given, "limit": self.size},
            older=self.end if self.end < self.total else None,
            newer=self.start if 0 < self.start <= self.total else None,
        )


def places(cursor: str, size: int, total: int) -> Places:
    """Past the end the page is empty."""
    after, before = edges(cursor)
    start = max(before - size, 0) if before is not None else after or 0
    end = before if before is not None else start + size
    return Places(start, min(end, total), size, total)


def page_of_list(
    request: HttpRequest,
    rows: Sequence[Any],
    query: Mapping[str, Any],
    cursor: str,
    size: int,
) -> dict[str, Any]:
    """`size` rows of a list that is short enough to count."""
    page = places(cursor, size, len(rows))
    return {
        "items": rows[page.start : page.end],
        "total": page.total,
        **page.links(request, query),
    }


def _addresses(
    request: HttpRequest,
    query: Mapping[str, Any],
    *,
    older: int | None,
    newer: int | None,
) -> dict[str, str | None]:
    def address(side: str, edge: int | None) -> str | None:
        if edge is None:
            return None
        return f"{request.path}?{urlencode({**query, 'cursor': f'{side}-{edge}'})}"

    return {"next": address("older", older), "previous": address("newer", newer)}
