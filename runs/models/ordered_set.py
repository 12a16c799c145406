"""Lists of requests in the order of a column: the dearest, the slowest, page by page.

Each column that lists are sorted by has an index that gives its order. A filter has
another index; of two, one can be read: see `_Walk.nearest`. Requests that
have no value stand in no such list.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, Value

from runs.models.page import Page
from runs.models.paged_set import PagedQuerySet
from runs.text.patience import TookTooLong, at_most
from runs.text.said import one_by_one

if TYPE_CHECKING:
    from runs.filters.orders import Order
    from runs.models.captured_request import CapturedRequest

FIRST_LOOK = 1_000
"""Rows in the order of the column that are held against a filter before it is asked
how many it leaves."""
FEW, MANY = 20_000, 60_000
"""So many are read and sorted; of so many the ids are, to know them in the order."""
PATIENCE_S = 0.08
"""For either."""
LONGEST_LOOK = 5_000
"""Rows that a page is looked for in where neither will do; the next goes on behind."""


class Edge(NamedTuple):
    """Where in the list: a row's value and id."""

    value: Any
    pk: int


class OrderedQuerySet(PagedQuerySet):
    """Requests in any order that there is."""

    def listed(
        self,
        order: Order,
        *,
        after: int | None = None,
        before: int | None = None,
        size: int = 50,
    ) -> Page:
        """`size` rows behind request `after`, or in front of `before`."""
        if not order.column:
            up = not order.is_down
            return self.page(after=after, before=before, size=size, oldest_first=up)
        walk = _Walk(self, order.column, order.is_down)
        with one_by_one():  # as it is walked
            if before is not None:
                return walk.back().page(before, size).turned()
            return walk.page(after, size)


@dataclass(frozen=True, slots=True)
class _Walk:
    """Along the index of a column, in one direction."""

    found: OrderedQuerySet
    """What the filters leave, in whatever order."""
    column: str
    is_down: bool

    def back(self) -> _Walk:
        return replace(self, is_down=not self.is_down)

    def page(self, edge: int | None, size: int) -> Page:
        start = self._place_of(edge) if edge is not None else None
        if edge is not None and start is None:
            return Page([], has_newer=False, has_older=False)
        rows, reached = self.nearest(start, size + 1)
        more, rows = len(rows) > size or bool(reached), rows[:size]
        return Page(
            rows,
            # Of an empty page there is no row from which one could go back.
            has_newer=edge is not None and bool(rows),
            has_older=more,
            looked_to=reached.pk if reached else None,
        )

    def nearest(
        self, start: Edge | None, count: int
    ) -> tuple[list[CapturedRequest], Edge | None]:
        """`count` rows from a place on, and how far was looked where they are fewer
        and more may come.

        What a filter often leaves stands near the beginning of the order; what it
        leaves rarely is few. What is neither (a cheap model's many requests in a list
        of the dearest) is looked for as far as a page has time.
        """
        rows, reached = self._along(start, count, FIRST_LOOK)
        if reached is None:
            return rows, None
        try:
            with at_most(PATIENCE_S, self.found.db):
                found = self._of_few(start, count)
        except TookTooLong:
            found = None
        if found is not None:
            return found, None
        return self._along(start, count, LONGEST_LOOK)

    def _along(
        self, start: Edge | None, count: int, most: int
    ) -> tuple[list[CapturedRequest], Edge | None]:
        """In the order of the index, each row held against the filter."""
        walked = self._from(self.found.everything(), start)
        end = walked.values_list(self.column, "pk")[most : most + 1].first()
        if end is not None:
            walked = walked.filter(self._side(Edge(*end), is_further=False))
        if self.found.is_narrowed:
            # By the row's id, whatever index the filter has: so SQLite, which keeps no
            # figures of its tables, has no other way than the order's index.
            walked = walked.filter(Exists(self.found.filter(pk=OuterRef("pk"))))
        rows = list(walked[:count])
        return rows, Edge(*end) if end and len(rows) < count else None

    def _of_few(self, start: Edge | None, count: int) -> list[CapturedRequest] | None:
        """By the ids that the filter leaves; None where they are too many."""
        ids, number = self.found.order_by().values("pk"), self.found.count_to(MANY)
        if number == MANY:
            return None
        rows = self.found.everything()
        if number <= FEW:
            rows = rows.filter(pk__in=ids)
        else:
            # A sum is in no index: the order's is walked, and each id looked up in
            # memory, without its row.
            rows = rows.alias(own_id=F("pk") + Value(0)).filter(own_id__in=ids)
        return list(self._from(rows, start)[:count])

    def _from(self, rows: OrderedQuerySet, start: Edge | None) -> OrderedQuerySet:
        """Of some rows those from a place on, in order."""
        sign = "-" if self.is_down else ""
        rows = rows.filter(**{f"{self.column}__isnull": False})
        if start is not None:
            rows = rows.filter(self._side(start, is_further=True))
        return rows.order_by(f"{sign}{self.column}", f"{sign}pk")

    def _side(self, place: Edge, *, is_further: bool) -> Q:
        """Behind a place, or up to it."""
        side = "lt" if self.is_down is is_further else "gt"
        tie = f"pk__{side}" if is_further else f"pk__{side}e"
        # The first bound is implied by the second; it is what the index is read by.
        return Q(**{f"{self.column}__{side}e": place.value}) & (
            Q(**{f"{self.column}__{side}": place.value})
            | Q(**{self.column: place.value, tie: place.pk})
        )

    def _place_of(self, pk: int) -> Edge | None:
        rows = self.found.everything().filter(pk=pk)
        value = rows.values_list(self.column, flat=True).first()
        return None if value is None else Edge(value, pk)
