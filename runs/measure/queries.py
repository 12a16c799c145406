"""The two queries behind `statistics.py`, for any set of captured requests.

One groups by everything that is counted, so that a few hundred rows hold all sums; the
other reads when each request began and how long it took, four numbers a request. On
SQLite both are read from one covering index (`index.py`).
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connections, transaction
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    Count,
    Func,
    Q,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import RawSQL

from runs.measure.index import MARK
from runs.measure.timings import Moment
from runs.models.request_set import CapturedRequestQuerySet

KEYS = (
    *("model", "provider", "endpoint", "status", "outcome", "is_success"),
    "error_code",
)
SUMS = (
    *("input_tokens", "cache_read_tokens", "cache_write_5m_tokens"),
    *("cache_write_1h_tokens", "output_tokens", "reasoning_tokens", "total_tokens"),
    *("tool_call_count", "duration_ms"),
)
FLAGS = (
    *("is_stream", "has_tool_calls", "has_images", "is_slow", "is_large", "is_cut"),
    "is_unpriced",
)
LATENCY = {
    "answered_ms": Case(When(is_success=True, then="duration_ms")),
    **{
        name: Case(When(is_success=True, is_stream=True, then=column))
        for name, column in (
            ("first_ms", "ttft_ms"),
            ("first_output_ms", "ttfo_ms"),
            ("tokens_per_s", "output_tokens_per_s"),
        )
    },
}
# PostgreSQL gives each column as one value: a hundred thousand rows would take longer
# on the way and in the driver than all the rest. NaN stands for NULL; it is never
# stored (`cleaning.number`).
STEP = Decimal(1).scaleb(-12)
"""A cost has twelve decimals."""
SINCE_1970_US = 946_684_800_000_000
"""PostgreSQL counts µs from the year 2000."""
_AGGREGATES = (
    "string_agg(timestamptz_send(started_at), ''::bytea)",
    *(
        f"string_agg(float8send(coalesce({name}, 'NaN')), ''::bytea)"
        for name in ("duration_ms", *LATENCY)
    ),
)
PACKED = f"SELECT {', '.join(_AGGREGATES)} FROM ({{}}) AS moments"


class Group(NamedTuple):
    """All requests that are alike in KEYS, summed."""

    model: str
    provider: str
    endpoint: str
    status: int | None
    outcome: str
    is_success: bool | None
    error_code: str
    requests: int
    priced: int
    cost_whole: Decimal | int | None
    cost_rest: int | None
    """What the whole dollars of SQLite leave, in 1 / 10¹² dollars."""
    told_ms: float | None
    """Durations of the requests that report output tokens."""
    input_tokens: int | None
    cache_read_tokens: int | None
    cache_write_5m_tokens: int | None
    cache_write_1h_tokens: int | None
    output_tokens: int | None
    reasoning_tokens: int | None
    total_tokens: int | None
    tool_call_count: int
    duration_ms: float | None
    is_stream: int
    has_tool_calls: int
    has_images: int
    is_slow: int
    is_large: int
    is_cut: int
    is_unpriced: int


class WholeDollars(Func):
    """Costs are added as integers, since SQLite would add them as floats."""

    template = "CAST(%(expressions)s AS INTEGER)"
    output_field = BigIntegerField()


class RestOfDollar(Func):
    """What `WholeDollars` leaves, in 1 / 10¹² dollars."""

    template = (
        "CAST(ROUND((%(expressions)s - CAST(%(expressions)s AS INTEGER)) * 1e12)"
        " AS INTEGER)"
    )
    output_field = BigIntegerField()


class Microseconds(Func):
    """A time of SQLite, which keeps it as text, as µs since 1970."""

    template = (
        "(CAST(STRFTIME('%%%%s', %(expressions)s) AS INTEGER) * 1000000"
        " + SUBSTR(%(expressions)s || '000000', 21, 6))"
    )
    output_field = BigIntegerField()


@contextmanager
def memory(database: str) -> Iterator[None]:
    """Room for PostgreSQL to group and sort in; its 4 MB are on disk soon."""
    if connections[database].vendor != "postgresql":
        yield
        return
    with transaction.atomic(database), connections[database].cursor() as cursor:
        cursor.execute("SELECT set_config('work_mem', '64MB', true)")
        yield


def groups(requests: CapturedRequestQuerySet) -> list[Group]:
    requests = marked(requests)
    told = Q(output_tokens__isnull=False)
    sums: dict[str, Any] = {
        "n": Count("*"),
        "n_priced": Count("cost_usd"),
        **cost_sums(requests.db),
        "told": Sum("duration_ms", filter=told),
    }
    sums |= {f"sum_{name}": Sum(name) for name in SUMS}
    sums |= {f"n_{name}": Count("pk", filter=Q(**{name: True})) for name in FLAGS}
    rows = requests.order_by().values(*KEYS).annotate(**sums).values_list(*KEYS, *sums)
    return [Group(*row) for row in rows]


def marked(requests: CapturedRequestQuerySet) -> CapturedRequestQuerySet:
    """So that SQLite takes the index that is for statistics only."""
    mark = RawSQL(MARK, (), output_field=BooleanField())
    return requests.filter(mark)


def cost_sums(database: str) -> dict[str, Sum]:
    """What `dollars` adds up."""
    if connections[database].vendor == "postgresql":
        return {"whole": Sum("cost_usd"), "rest": Sum(Value(0))}
    return {
        "whole": Sum(WholeDollars("cost_usd")),
        "rest": Sum(RestOfDollar("cost_usd")),
    }


def dollars(whole: Decimal | int | None, rest: int | None) -> Decimal:
    return Decimal(whole or 0) + (rest or 0) * STEP


def moments(requests: CapturedRequestQuerySet) -> Iterable[Moment]:
    """When each began and how long it took, in the order of their starts.

    Below the ORM: its generators cost 100,000 rows more than the database does.
    """
    try:
        return _moments(marked(requests).annotate(**LATENCY))
    except EmptyResultSet:  # below the ORM there is no query that finds nothing
        return []


def _moments(requests: CapturedRequestQuerySet) -> Iterable[Moment]:
    columns = ("duration_ms", *LATENCY)
    connection = connections[requests.db]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            packed = requests.order_by("started_at").values("started_at", *columns)
            query, values = packed.query.sql_with_params()
            cursor.execute(PACKED.format(query), values)
            return _unpacked(*cursor.fetchone())
        rows = requests.annotate(start_us=Microseconds("started_at"))
        # By what no index has: the narrow one is to be read, and sorted.
        narrow = rows.order_by("start_us").values_list("start_us", *columns)
        cursor.execute(*narrow.query.sql_with_params())
        found: list[Moment] = cursor.fetchall()
    return found


def _unpacked(starts: bytes | None, *latencies: bytes | None) -> Iterator[Moment]:
    begun = [start + SINCE_1970_US for start in _array("q", starts)]
    known = (_none_for_nan(_array("d", each)) for each in latencies)
    return zip(begun, *known, strict=True)


def _array(kind: Literal["q", "d"], data: bytes | None) -> array[Any]:
    values: array[Any] = array(kind)
    values.frombytes(data or b"")
    if sys.byteorder == "little":
        values.byteswap()
    return values


def _none_for_nan(values: array[Any]) -> list[float | None]:
    return [value if value == value else None for value in values]
