"""Stored requests by their ids, a step each, and up to which nothing can come any more.

Asked by `proxy/recording/indexing.py`. An import and the recorder write at the same
time on PostgreSQL, and each holds ids that it has not committed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from runs.models import Body, CapturedRequest
from runs.record import Outcome
from runs.store import open_writes
from runs.store.finding import as_uuid
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


_TABLE = CapturedRequest._meta.db_table
_BETWEEN = (
    f"SELECT {', '.join(('id', *Row._fields[1:]))} FROM {_TABLE}"
    " WHERE id > %s AND id <= %s ORDER BY id LIMIT %s"
)
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
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT MAX(id) FROM {_TABLE}")
        return cursor.fetchone()[0] or 0


def every() -> Rows:
    return CapturedRequest.objects.order_by("pk").values_list(*Row._fields)


def indexed(now: Position) -> Rows:
    """Those that were indexed and are whole: none of what is still to come, in either
    direction."""
    past = Q(pk__lte=now.older) | Q(pk__gt=now.older_upto, pk__lte=now.reached)
    there = Exists(Body.objects.filter(request=OuterRef("pk")))
    return every().filter(past, there).exclude(pk__in=now.waiting).exclude(**PENDING)


def between(after: int, upto: int, most: int) -> list[Row]:
    """The next of `every`, as many as a step takes. Asked after each batch of the
    recorder, which Django would make a statement for each time."""
    with connection.cursor() as cursor:
        cursor.execute(_BETWEEN, [after, upto, most])
        rows = cursor.fetchall()
    return _fitting((pk, as_uuid(uid), *others) for pk, uid, *others in rows)


def bounded(found: Rows, most: int) -> list[Row]:
    """As many as a step takes, `most` of them."""
    return _fitting(found[:most])


def _fitting(found: Iterable[tuple[Any, ...]]) -> list[Row]:
    chosen: list[Row] = []
    room = STEP_BYTES
    for row in map(Row._make, found):
        room -= row.request_bytes + row.response_bytes
        if chosen and room < 0:
            break
        chosen.append(row)
    return chosen


def ended(waiting: Sequence[int], most: int) -> list[Row]:
    """Those that are over by now."""
    if not waiting:
        return []
    return bounded(every().filter(pk__in=waiting).exclude(**PENDING), most)


def deleted(waiting: Sequence[int]) -> set[int]:
    """Deleted while they were going on."""
    if not waiting:
        return set()
    there = CapturedRequest.objects.filter(pk__in=waiting)
    return set(waiting) - set(there.values_list("pk", flat=True))
