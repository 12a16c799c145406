"""The dearest and slowest of some requests, and of their conversations, each beside the
median: what stands out is far above it.

The requests are read along the index of a column (`runs/filters/orders.py`); medians,
conversations and kinds of errors are of the newest `MOST`. Asked by the overview.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from runs.filters.orders import ORDERS
from runs.measure import timings
from runs.models import CapturedRequest, Conversation
from runs.models.request_set import CapturedRequestQuerySet

MOST = 10_000
SHOWN = 5
FAR = 2.0
"""So many times the median is an outlier."""


class ErrorGroup(NamedTuple):
    """What errors have in common."""

    status: int | None
    code: str
    """What the provider, or Weir, calls it; "" where nobody calls it anything."""
    outcome: str
    requests: int


@dataclass(frozen=True, slots=True)
class Outlier:
    """How high one stands."""

    cost_usd: Decimal | None
    duration_ms: float | None
    times: float | None
    """The median; None: there is none to tell it by."""

    @property
    def is_far(self) -> bool:
        return self.times is not None and self.times > FAR


@dataclass(frozen=True, slots=True)
class HighRequest(Outlier):
    of: CapturedRequest


@dataclass(frozen=True, slots=True)
class HighTalk(Outlier):
    of: Conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class Outliers:
    """The highest few of each, the highest first."""

    dearest: list[HighRequest]
    slowest: list[HighRequest]
    dearest_talks: list[HighTalk]
    longest_talks: list[HighTalk]
    """By the sum of their requests' durations."""
    errors: list[ErrorGroup]
    is_all: bool
    """False: medians, conversations and errors are of the newest `MOST` only."""


class _Read(NamedTuple):
    conversation: int | None
    cost_usd: Decimal | None
    duration_ms: float | None
    is_success: bool | None
    status: int | None
    error_code: str
    outcome: str


@dataclass(slots=True)
class _Sums:
    cost_usd: Decimal | None = None
    duration_ms: float | None = None

    def add(self, row: _Read) -> None:
        if row.cost_usd is not None:
            self.cost_usd = (self.cost_usd or Decimal(0)) + row.cost_usd
        if row.duration_ms is not None:
            self.duration_ms = (self.duration_ms or 0.0) + row.duration_ms


def outliers_of(found: CapturedRequestQuerySet) -> Outliers:
    told = found.newest(MOST + 1).values_list(*_Read._fields)
    rows = list(map(_Read._make, told))
    read = rows[:MOST]
    talks = _talks(read)
    costs, durations = (_median(read, each) for each in ("cost_usd", "duration_ms"))
    return Outliers(
        dearest=_requests(found, "cost", costs),
        slowest=_requests(found, "duration", durations),
        dearest_talks=_highest(talks, "cost_usd"),
        longest_talks=_highest(talks, "duration_ms"),
        errors=_errors(read),
        is_all=len(rows) <= MOST,
    )


def _requests(
    found: CapturedRequestQuerySet, by: str, median: float | None
) -> list[HighRequest]:
    order = ORDERS[f"{by}-desc"]
    rows = found.listed(order, size=SHOWN).rows
    return [
        HighRequest(
            row.cost_usd,
            row.duration_ms,
            _times(getattr(row, order.column), median),
            row,
        )
        for row in rows
    ]


def _talks(rows: Iterable[_Read]) -> dict[int, _Sums]:
    found = defaultdict[int, _Sums](_Sums)
    for row in rows:
        if row.conversation is not None:
            found[row.conversation].add(row)
    return found


def _highest(talks: dict[int, _Sums], column: str) -> list[HighTalk]:
    known = {
        key: value
        for key, sums in talks.items()
        if (value := getattr(sums, column)) is not None
    }
    median = _median(talks.values(), column)
    chosen = sorted(known, key=lambda key: known[key], reverse=True)[:SHOWN]
    stored = Conversation.objects.in_bulk(chosen)
    return [
        HighTalk(
            talks[key].cost_usd,
            talks[key].duration_ms,
            _times(known[key], median),
            stored[key],
        )
        for key in chosen
        if key in stored
    ]


def _median(rows: Iterable[Any], column: str) -> float | None:
    values = (getattr(row, column) for row in rows)
    known = sorted(float(each) for each in values if each is not None)
    return timings.percentile(known, 50) if known else None


def _times(value: Any, median: float | None) -> float | None:
    return float(value) / median if median and value is not None else None


def _errors(rows: Sequence[_Read]) -> list[ErrorGroup]:
    kinds = Counter(
        (row.status, row.error_code, row.outcome)
        for row in rows
        if row.is_success is False
    )
    return [ErrorGroup(*kind, count) for kind, count in kinds.most_common(SHOWN)]
