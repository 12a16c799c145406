"""Stored requests by their ids, a step each, and up to which nothing can come any more.

Asked by `proxy/recording/indexing.py`. An import and the recorder write at the same
time on PostgreSQL, and each holds ids that it has not committed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from runs.models import Body, CapturedRequest
from runs.record import Outcome
from runs.store import open_writes
from runs.text.index import Position

STEP_BYTES = 4 * 1024 * 1024
"""Of their bodies."""
PENDING = {"outcome": Outcome.PENDING}


class Row(NamedTuple):
    """A stored request."""

    pk: int
    uid: UUID
    conversation_id: int | None
    wire_format: str
    status: int | None
    outcome: str
    request_bytes: int
    response_bytes: int


Rows = QuerySet[CapturedRequest, tuple[Any, ...]]


class Settled:
    def __init__(self) -> None:
        self.upto = 0
        self._next = 0
        """Settled when these transactions have ended."""
        self._before: frozenset[str] = frozenset()

    def look(self) -> None:
        if not self._before:
            # In this order: who begins after the newest request was seen gets ids
            # beyond it.
            self._next = newest()
            self._before = open_writes.others()
        else:
            self._before &= open_writes.others()
        if not self._before:
            self.upto = self._next


def newest() -> int:
    """The last request that was recorded; 0: none."""
    last = CapturedRequest.objects.order_by("-pk").values_list("pk", flat=True)
    return last.first() or 0


def every() -> Rows:
    return CapturedRequest.objects.order_by("pk").values_list(*Row._fields)


def indexed(now: Position) -> Rows:
    """Those that were indexed and are whole: none of what is still to come, in either
    direction."""
    past = Q(pk__lte=now.older) | Q(pk__gt=now.older_upto, pk__lte=now.reached)
    there = Exists(Body.objects.filter(request=OuterRef("pk")))
    return every().filter(past, there).exclude(pk__in=now.waiting).exclude(**PENDING)


def bounded(found: Rows, most: int) -> list[Row]:
    """As many as a step takes, `most` of them."""
    chosen: list[Row] = []
    room = STEP_BYTES
    for row in map(Row._make, found[:most]):
        room -= row.request_bytes + row.response_bytes
        if chosen and room < 0:
            break
        chosen.append(row)
    return chosen


def deleted(waiting: Sequence[int]) -> set[int]:
    """Deleted while they were going on."""
    there = CapturedRequest.objects.filter(pk__in=waiting)
    return set(waiting) - set(there.values_list("pk", flat=True))
