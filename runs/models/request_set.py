"""Questions about captured requests, as chainable nouns.

Lists, the API and exports ask through these; a body or a detail is never loaded by
one. Every filter has an index (`captured_request.py`) that also gives the order
newest first, so that a page of a million requests costs its own rows only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.db import models
from django.db.models import Q

from runs.models.facet import Facet
from runs.models.run import Run
from runs.record import Outcome

if TYPE_CHECKING:
    from runs.models.captured_request import CapturedRequest

MAX_ALTERNATIVES = 30
"""How many endpoints or models a text search looks into, most."""
MAX_UID_MATCHES = 500
UID_START = re.compile(r"[0-9a-f]{6,32}")
"""Shorter starts would match too many."""


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a list, newest first."""

    rows: list[CapturedRequest]
    has_newer: bool
    has_older: bool

    @property
    def newest(self) -> int | None:
        """`before` of the page with newer rows."""
        return self.rows[0].pk if self.rows else None

    @property
    def oldest(self) -> int | None:
        """`after` of the page with older rows."""
        return self.rows[-1].pk if self.rows else None


class CapturedRequestQuerySet(models.QuerySet["CapturedRequest"]):
    """`CapturedRequest.objects`: filters that chain, and keyset paging."""

    _alternatives: tuple[Q, ...] = ()
    _by_time = False
    _is_narrowed = False
    """By anything but a time window."""

    def filter(self, *args: Any, **kwargs: Any) -> Self:
        narrowed = super().filter(*args, **kwargs)
        narrowed._is_narrowed = bool(args or kwargs) or self._is_narrowed
        return narrowed

    def exclude(self, *args: Any, **kwargs: Any) -> Self:
        narrowed = super().exclude(*args, **kwargs)
        narrowed._is_narrowed = bool(args or kwargs) or self._is_narrowed
        return narrowed

    # --- filters with a value ---------------------------------------------------------

    def provider(self, slug: str) -> Self:
        return self.filter(provider=slug)

    def of_model(self, model: str) -> Self:
        """The model that was asked for."""
        return self.filter(model=model)

    def route(self, name: str) -> Self:
        return self.filter(route=name)

    def status(self, status: int) -> Self:
        return self.filter(status=status)

    def status_class(self, name: str) -> Self:
        """`5xx`: every status from 500 to 599."""
        return self.filter(status_class=int(name[0]))

    def outcome(self, outcome: str) -> Self:
        return self.filter(outcome=outcome)

    def pending(self) -> Self:
        return self.filter(outcome=Outcome.PENDING)

    def from_client(self, ip: str) -> Self:
        return self.filter(client_ip=ip)

    def with_temperature(self, temperature: float) -> Self:
        return self.filter(temperature=temperature)

    def with_max_tokens(self, count: int) -> Self:
        return self.filter(max_tokens=count)

    def in_conversation(self, conversation: int) -> Self:
        return self.filter(conversation=conversation)

    def in_run(self, run: int) -> Self:
        return self.filter(run=run)

    def in_turn(self, turn: int) -> Self:
        return self.filter(turn=turn)

    def of_run(self, reference: str) -> Self:
        """A run by its id, the start of one, or its name; nothing of an unknown one."""
        found = Run.objects.called(reference)
        return self.in_run(found[0].pk) if len(found) == 1 else self.none()

    def endpoint(self, part: str) -> Self:
        """Endpoints with `part` in them, whatever the case."""
        return self.either(*(Q(endpoint=value) for value in _facets("endpoint", part)))

    def between(self, after: datetime | None, before: datetime | None) -> Self:
        """Started in [after, before); such lists page by start time."""
        window = self.all()
        if after:
            window = window.filter(started_at__gte=after)
        if before:
            window = window.filter(started_at__lt=before)
        window._by_time, window._is_narrowed = True, self._is_narrowed
        return window

    def search(self, text: str) -> Self:
        """The start of a request id, or a part of a model or endpoint."""
        found = [Q(model=value) for value in _facets("model", text)]
        found += [Q(endpoint=value) for value in _facets("endpoint", text)]
        if bounds := _uid_bounds(text):
            matches = self._everything().filter(uid__range=bounds)
            ids = matches.values_list("pk", flat=True)[:MAX_UID_MATCHES]
            found.append(Q(pk__in=list(ids)))
        return self.either(*found)

    # --- filters that are yes or no --------------------------------------------------

    def errors(self) -> Self:
        """Finished, and not a success."""
        return self.filter(is_success=False)

    def successes(self) -> Self:
        return self.filter(is_success=True)

    def streams(self, streamed: bool = True) -> Self:
        return self.filter(is_stream=streamed)

    def with_tools(self) -> Self:
        """The model called tools."""
        return self.filter(has_tool_calls=True)

    def with_images(self) -> Self:
        return self.filter(has_images=True)

    def slow(self) -> Self:
        return self.filter(is_slow=True)

    def large(self) -> Self:
        return self.filter(is_large=True)

    def with_secrets(self) -> Self:
        """A key stands in one of their bodies."""
        return self.filter(has_secrets=True)

    def unpriced(self) -> Self:
        """Billed, and the cost is not known, for whatever reason."""
        return self.filter(is_unpriced=True)

    # --- lists ------------------------------------------------------------------------

    def newest_first(self) -> Self:
        """By recording order; by start where a time window is set."""
        return self.order_by(*(("-started_at", "-id") if self._by_time else ("-id",)))

    def page(
        self, *, after: int | None = None, before: int | None = None, size: int = 50
    ) -> Page:
        """`size` rows older than request `after`, or newer than `before`.

        Keyset paging: the cost does not grow with how far one has paged.
        """
        if before is not None:
            rows = self._stretch(before, size + 1, newer=True)
            more, rows = len(rows) > size, rows[:size][::-1]
            return Page(rows, has_newer=more, has_older=True)
        rows = self._stretch(after, size + 1)
        more, rows = len(rows) > size, rows[:size]
        has_newer = after is not None and self._has_newer(after)
        return Page(rows, has_newer=has_newer, has_older=more)

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
    ) -> list[CapturedRequest]:
        """`count` rows from `edge` on, nearest first."""
        return self._nearest(self._beyond(edge, newer=newer), count, newer=newer)

    def _nearest(self, rows: Self, count: int, *, newer: bool) -> list[CapturedRequest]:
        rows = rows.newest_first()
        if newer:
            rows = rows.reverse()
        if not self._alternatives:
            return list(rows[:count])
        # One ordered read per alternative and a merge: as one query with OR, SQLite
        # would sort every matching row first.
        keys = set[tuple[Any, ...]]()
        columns = ("started_at", "pk") if self._by_time else ("pk",)
        for condition in self._alternatives:
            keys.update(rows.filter(condition).values_list(*columns)[:count])
        nearest = sorted(keys, reverse=not newer)[:count]
        found = self._everything().in_bulk([key[-1] for key in nearest])
        return [found[key[-1]] for key in nearest if key[-1] in found]

    def _beyond(self, edge: int | None, *, newer: bool) -> Self:
        if edge is None:
            return self.all()
        if not self._by_time:
            return self._past(edge, None, newer=newer)
        at = self._everything().filter(pk=edge).values_list("started_at", flat=True)
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
        beyond = self._everything().filter(
            Q(**{f"started_at__{side}e": start}),
            Q(**{f"started_at__{side}": start}) | tie,
        )
        return self._with_marks(beyond & self)

    def _has_newer(self, edge: int) -> bool:
        return self._beyond(edge, newer=True).order_by().exists()

    def _everything(self) -> CapturedRequestQuerySet:
        """All requests again, without this queryset's filters."""
        return CapturedRequestQuerySet(self.model, using=self.db)

    def _clone(self) -> Self:
        return self._with_marks(super()._clone())  # type: ignore[misc]

    def _with_marks(self, other: Any) -> Self:
        """`other`, paged as this one is."""
        assert isinstance(other, type(self))
        other._alternatives = self._alternatives
        other._by_time = self._by_time
        other._is_narrowed = self._is_narrowed
        return other


def _facets(kind: str, part: str) -> Iterable[str]:
    matching = Facet.objects.filter(kind=kind, value__icontains=part)
    return matching.values_list("value", flat=True).order_by("value")[:MAX_ALTERNATIVES]


def _uid_bounds(text: str) -> tuple[UUID, UUID] | None:
    """The first and last id that start with `text`; None when none can."""
    digits = text.lower().replace("-", "")
    if not UID_START.fullmatch(digits):
        return None
    return UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
