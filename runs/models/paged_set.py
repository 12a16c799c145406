"""Lists of requests that page by key: a page costs the same, however far one is.

`ordered_set.py` has other orders on top. Marks tell what a queryset was narrowed by, so
that each page is read by an index that gives its order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models
from django.db.models import Q

from runs.models.page import Page
from runs.text import said
from runs.text.patience import TookTooLong, at_most
from runs.text.said import Look, OftenSaid, Saying

if TYPE_CHECKING:
    from runs.models.captured_request import CapturedRequest

T = TypeVar("T")
LOOK = 2_000
"""Of the requests that say words which many say, those that a page is made of, if it
can be."""
PATIENCE_S = 0.05
"""For a page of what often said words leave, to be looked for row by row: where these
are said by other requests than another filter leaves, none would be found for long."""
LONGEST_LOOK = 30_000
"""Rows that a page is looked for in, a row at a time, where there is no other way."""


class PagedQuerySet(models.QuerySet["CapturedRequest"]):
    """Requests newest first, a page or a batch at a time."""

    _alternatives: tuple[Q, ...] = ()
    _by_time = False
    _is_narrowed = False
    """By anything but a time window."""
    _window = Q()
    """The times that it is narrowed to."""
    _said: Saying | None = None
    """Words, of those it is narrowed to, that many requests say."""

    def filter(self, *args: Any, **kwargs: Any) -> Self:
        narrowed = super().filter(*args, **kwargs)
        narrowed._is_narrowed = bool(args or kwargs) or self._is_narrowed
        return narrowed

    def exclude(self, *args: Any, **kwargs: Any) -> Self:
        narrowed = super().exclude(*args, **kwargs)
        narrowed._is_narrowed = bool(args or kwargs) or self._is_narrowed
        return narrowed

    @property
    def is_narrowed(self) -> bool:
        """By anything at all."""
        return self._is_narrowed or self._by_time or self.query.is_empty()

    def newest_first(self) -> Self:
        """By recording order; by start where a time window is set."""
        return self.order_by(*(("-started_at", "-id") if self._by_time else ("-id",)))

    def page(
        self,
        *,
        after: int | None = None,
        before: int | None = None,
        size: int = 50,
        oldest_first: bool = False,
    ) -> Page:
        """`size` rows older than request `after`, or newer than `before`; the other
        way round with the oldest first.

        Keyset paging: the cost does not grow with how far one has paged.
        """
        if before is not None:
            rows, reached = self._stretch(before, size + 1, newer=not oldest_first)
            more, rows = len(rows) > size or bool(reached), rows[:size][::-1]
            return Page(rows, has_newer=more, has_older=True, looked_from=reached)
        rows, reached = self._stretch(after, size + 1, newer=oldest_first)
        more, rows = len(rows) > size or bool(reached), rows[:size]
        has_newer = after is not None and self._has_any(after, newer=not oldest_first)
        return Page(rows, has_newer=has_newer, has_older=more, looked_to=reached)

    def newest(self, count: int) -> Self:
        """The newest so many, the newest first."""
        rows = self.newest_first()
        if not self._alternatives:
            return rows[:count]
        found = self.everything().filter(pk__in=rows._ids(count, newer=False))
        return found.order_by(*rows.query.order_by)

    def batches(self, size: int) -> Iterator[list[CapturedRequest]]:
        """Every row, oldest first, a batch at a time; none is held longer."""
        source = self.all()
        # With another filter, its index gives the order by id; by start, each batch
        # would sort all that the filter leaves.
        source._by_time = self._by_time and not self._is_narrowed
        rows = source._nearest(source, size, newer=True)
        while rows:
            yield rows
            past = source._past(rows[-1].pk, rows[-1].started_at, newer=True)
            rows = source._nearest(past, size, newer=True)

    def between(self, after: datetime | None, before: datetime | None) -> Self:
        """Started in [after, before); such lists page by start time."""
        window = self.all()
        if after:
            window = window.within(Q(started_at__gte=after))
        if before:
            window = window.within(Q(started_at__lt=before))
        return window

    def within(self, bound: Q) -> Self:
        """Started behind, or before, some time; such lists page by start time."""
        window = self.filter(bound)
        window._by_time, window._is_narrowed = True, self._is_narrowed
        window._window = self._window & bound
        return window

    def count_to(self, limit: int) -> int:
        """The count, or `limit` when there are that many or more."""
        return self.order_by()[:limit].count()

    def either(self, *conditions: Q) -> Self:
        """Rows that meet one of the conditions; paging reads each by its index."""
        if not conditions:
            return self.none()
        anyone = Q()
        for condition in conditions:
            anyone |= condition
        narrowed = self.filter(anyone)
        narrowed._alternatives = conditions if len(conditions) > 1 else ()
        return narrowed

    def _stretch(
        self, edge: int | None, count: int, *, newer: bool = False
    ) -> tuple[list[CapturedRequest], int | None]:
        """`count` rows from `edge` on, nearest first; the row up to which it was looked
        where they are fewer and more may come."""
        try:
            return self._quickly(edge, count, newer=newer), None
        except TookTooLong:
            return self._partly(edge, count, newer=newer)

    def _quickly(
        self, edge: int | None, count: int, *, newer: bool
    ) -> list[CapturedRequest]:
        if self._said and not self._by_time:
            looked = 0
            for known, are_all in self._looks(edge, 4 * count, LOOK, newer=newer):
                with said.among(self._said, known):
                    beyond = self._beyond(edge, newer=newer)
                    found = self._read(beyond, count, newer=newer)
                if are_all or len(found) == count:
                    return found
                looked = len(known)
            is_further = not newer and looked < LOOK
            low = said.depth(self._said, edge, LOOK) if is_further else None
            if low is not None:
                with said.above(low):
                    near = self._beyond(edge, newer=False).filter(pk__gt=low)
                    found = self._read(near, count, newer=False)
                if not low or len(found) == count:
                    return found
        rows = self._beyond(edge, newer=newer)
        return self._soon(lambda: self._read(rows, count, newer=newer))

    def _partly(
        self, edge: int | None, count: int, *, newer: bool
    ) -> tuple[list[CapturedRequest], int | None]:
        """What is found in the next rows, whatever they say; the next page goes on."""
        walked = self.everything().filter(self._window)
        walked._by_time = self._by_time
        rows = walked._beyond(edge, newer=newer).newest_first()
        end = (rows.reverse() if newer else rows).only("pk", "started_at")
        last = list(end[LONGEST_LOOK - 1 : LONGEST_LOOK + 1])
        near = self._beyond(edge, newer=newer)
        if len(last) > 1:
            near = near._past(last[1].pk, last[1].started_at, newer=not newer)
        with said.one_by_one():
            found = self._read(near, count, newer=newer)
        is_partial = len(last) > 1 and len(found) < count
        return found, last[0].pk if is_partial else None

    def _looks(self, edge: int | None, *counts: int, newer: bool) -> list[Look]:
        if self._said is None or self._by_time:
            return []
        return self._said.looks(edge, *counts, newer=newer)

    def newest_known(
        self, count: int, read: Callable[[Self], list[T]]
    ) -> list[T] | None:
        """The newest so many, where it is known already which say its words."""
        for known, are_all in self._looks(None, count, newer=False):
            assert self._said is not None
            with said.among(self._said, known):
                rows = read(self.newest(count))
            if are_all or len(rows) == count:
                return rows
        return None

    def saying(self, words: OftenSaid) -> Self:
        """Those that say words which many say."""
        narrowed = self.filter(words)
        narrowed._said = self._said or words.saying
        return narrowed

    def _nearest(self, rows: Self, count: int, *, newer: bool) -> list[CapturedRequest]:
        """However long it takes."""
        try:
            return self._soon(lambda: self._read(rows, count, newer=newer))
        except TookTooLong:
            with said.one_by_one():
                return self._read(rows, count, newer=newer)

    def _soon(self, read: Callable[[], T]) -> T:
        """What often said words leave stands near the edge, as a rule. Raises
        `TookTooLong` where it doesn't, and no other way is quicker."""
        if self._said and not self._said.is_put_together:
            try:
                with at_most(PATIENCE_S, self.db), said.one_by_one():
                    return read()
            except TookTooLong:
                if self._said.ways.are_too_many:
                    raise
                with said.together():
                    return read()
        return read()

    def _read(self, rows: Self, count: int, *, newer: bool) -> list[CapturedRequest]:
        rows = rows.newest_first()
        if newer:
            rows = rows.reverse()
        if not self._alternatives:
            return list(rows[:count])
        nearest = rows._ids(count, newer=newer)
        found = self.everything().in_bulk(nearest)
        return [found[pk] for pk in nearest if pk in found]

    def _ids(self, count: int, *, newer: bool) -> list[int]:
        """Of rows in order and with alternatives: one ordered read for each, and a
        merge. As one query with OR, SQLite would sort every matching row first."""
        keys = set[tuple[Any, ...]]()
        columns = ("started_at", "pk") if self._by_time else ("pk",)
        for condition in self._alternatives:
            keys.update(self.filter(condition).values_list(*columns)[:count])
        return [key[-1] for key in sorted(keys, reverse=not newer)[:count]]

    def _beyond(self, edge: int | None, *, newer: bool) -> Self:
        if edge is None:
            return self.all()
        if not self._by_time:
            return self._past(edge, None, newer=newer)
        at = self.everything().filter(pk=edge).values_list("started_at", flat=True)
        start = at.first()
        return self._past(edge, start, newer=newer) if start else self.none()

    def _past(self, edge: int, start: datetime | None, *, newer: bool) -> Self:
        """Rows past request `edge`, which started at `start`."""
        side = "gt" if newer else "lt"
        if not self._by_time:
            return self.filter(**{f"pk__{side}": edge})
        tie = Q(started_at=start, **{f"pk__{side}": edge})
        # The first bound is implied by the second; it is what the index is read by.
        # Of two bounds on a side SQLite takes the one that is written first: this one
        # is nearer than the window's, which may be a million rows away.
        beyond = self.everything().filter(
            Q(**{f"started_at__{side}e": start}),
            Q(**{f"started_at__{side}": start}) | tie,
        )
        return self._with_marks(beyond & self)

    def _has_any(self, edge: int, *, newer: bool) -> bool:
        try:
            if self._said and not self._by_time:
                return bool(self._quickly(edge, 1, newer=newer))
            return self._soon(self._beyond(edge, newer=newer).order_by().exists)
        except TookTooLong:
            return True  # there may be

    def everything(self) -> Self:
        """All requests again, without this queryset's filters."""
        return type(self)(self.model, using=self.db)

    def _clone(self) -> Self:
        return self._with_marks(super()._clone())  # type: ignore[misc]

    def _with_marks(self, other: Any) -> Self:
        """`other`, paged as this one is."""
        assert isinstance(other, type(self))
        other._alternatives = self._alternatives
        other._by_time = self._by_time
        other._is_narrowed = self._is_narrowed
        other._said, other._window = self._said, self._window
        return other
