"""Keyset paging as API lists show it: cursors in, links to the next pages out.

A cursor is `older-123` or `newer-123`: from row 123 on. It costs the same on every
page, and rows that come meanwhile shift nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
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
    """A page of any list, newest first."""

    @property
    def rows(self) -> list[Any]: ...
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

    def address(cursor: str) -> str:
        return f"{request.path}?{urlencode({**query, 'cursor': cursor})}"

    rows = page.rows
    return {
        "next": address(f"older-{rows[-1].pk}") if rows and page.has_older else None,
        "previous": address(f"newer-{rows[0].pk}") if rows and page.has_newer else None,
    }
