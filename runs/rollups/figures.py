"""What one request adds to the figures over time, and what many came to.

`ledger.py` adds them up in the transaction of the rows; every sum is of integers (a
cost in 1e-12 USD, a time in µs), so that taking a request back leaves no trace. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple

from runs.record import Outcome
from runs.rollups import histogram
from runs.rollups.histogram import Counts

TOKENS = ("input", "cache_read", "cache_write_5m", "cache_write_1h", "output")
"""The disjoint buckets, as columns without `_tokens`; `reasoning` is of the output."""
BUCKETS = (*TOKENS, "reasoning")
COST_UNIT = Decimal("1e-12")
COST_MAX = 10**17
"""Of one request, $100,000: sums of many stay within 64 bits."""
_COMPLETED = Outcome.COMPLETED  # an enum looks its members up each time, for 0.1 µs
SUCCESS = "success"
REFUSED = "error"
"""Answered, with an error."""
ROW = (
    *("started_at", "provider", "model", "operation", "outcome", "is_success"),
    *("run_id", *(f"{name}_tokens" for name in BUCKETS)),
    *("cost_usd", "is_unpriced", "duration_ms", "ttft_ms", "overhead_ms"),
)
"""The columns of a captured request that figures are made of."""


class Counted(NamedTuple):
    """A finished request, as ROW has it."""

    started_at: datetime
    provider: str
    model: str
    operation: str
    outcome: str
    is_success: bool | None
    run: int | None
    input: int | None
    cache_read: int | None
    cache_write_5m: int | None
    cache_write_1h: int | None
    output: int | None
    reasoning: int | None
    cost_usd: Decimal | None
    is_unpriced: bool
    duration_ms: float | None
    ttft_ms: float | None
    overhead_ms: float | None


class Name(NamedTuple):
    """What figures are kept by, beside the time."""

    provider: str
    model: str
    operation: str
    outcome: str
    run: int
    """0: none."""


def name_of(row: Counted) -> Name:
    kind = row.outcome
    if kind == _COMPLETED:
        kind = SUCCESS if row.is_success else REFUSED
    return Name(row.provider, row.model, row.operation, kind, row.run or 0)


@dataclass(slots=True)
class Figures:
    """Sums over requests."""

    requests: int = 0
    input: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    output: int = 0
    reasoning: int = 0
    cost: int = 0
    """Of those whose cost is known, in 1e-12 USD."""
    priced: int = 0
    """Requests whose cost is known."""
    unpriced: int = 0
    """Billed, and the cost is not known."""
    duration_us: int = 0
    ttft_us: int = 0
    durations: Counts = field(default_factory=dict)
    ttfts: Counts = field(default_factory=dict)
    overhead_us: int = 0
    """What Weir itself added."""
    overheads: Counts = field(default_factory=dict)

    def count(self, row: Counted, sign: int = 1) -> None:
        """Adds a request, or takes it back."""
        self.requests += sign
        self.input += sign * (row.input or 0)
        self.cache_read += sign * (row.cache_read or 0)
        self.cache_write_5m += sign * (row.cache_write_5m or 0)
        self.cache_write_1h += sign * (row.cache_write_1h or 0)
        self.output += sign * (row.output or 0)
        self.reasoning += sign * (row.reasoning or 0)
        if row.cost_usd is not None:
            self.cost += sign * min(int(row.cost_usd.scaleb(12)), COST_MAX)
            self.priced += sign
        self.unpriced += sign * bool(row.is_unpriced)
        if row.duration_ms is not None:
            self.duration_us += sign * round(row.duration_ms * 1000)
            histogram.count(self.durations, row.duration_ms, sign)
        if row.ttft_ms is not None:
            self.ttft_us += sign * round(row.ttft_ms * 1000)
            histogram.count(self.ttfts, row.ttft_ms, sign)
        if row.overhead_ms is not None:
            self.overhead_us += sign * round(row.overhead_ms * 1000)
            histogram.count(self.overheads, row.overhead_ms, sign)

    def add(self, other: Figures) -> None:
        for name in SUMS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        histogram.add(self.durations, other.durations)
        histogram.add(self.ttfts, other.ttfts)
        histogram.add(self.overheads, other.overheads)

    @property
    def cost_usd(self) -> Decimal | None:
        """None where no request's cost is known."""
        return self.cost * COST_UNIT if self.priced else None

    @property
    def new_input(self) -> int:
        """Input tokens that came from no cache, those written to one included."""
        return self.input + self.cache_write_5m + self.cache_write_1h

    @property
    def total_input(self) -> int:
        return self.new_input + self.cache_read

    @property
    def cache_hit_rate(self) -> float | None:
        """Cache reads as a part of all input tokens; None without input."""
        return self.cache_read / self.total_input if self.total_input else None

    @property
    def tokens(self) -> int:
        return sum(getattr(self, name) for name in TOKENS)


SUMS = (
    *("requests", *BUCKETS, "cost", "priced", "unpriced", "duration_us", "ttft_us"),
    "overhead_us",
)
HISTOGRAMS = ("durations", "ttfts", "overheads")
STORED = (*SUMS, *HISTOGRAMS)
"""The columns of a row of figures."""
_columns = attrgetter(*STORED)


def added_up(rows: Sequence[Sequence[Any]]) -> Figures:
    """The sums of many rows of STORED, a column at a time: a page reads thousands."""
    if not rows:
        return Figures()
    if len(rows) == 1:
        return as_stored(rows[0])
    columns = list(zip(*rows, strict=True))
    sums = map(sum, columns[: len(SUMS)])
    counts = map(histogram.merged, columns[len(SUMS) :])
    told: dict[str, Any] = dict(zip(STORED, (*sums, *counts), strict=True))
    return Figures(**told)


def together(many: Iterable[Figures]) -> Figures:
    """What `Figures.add` makes of many, all of a column at once."""
    rows = list(map(_columns, many))
    if not rows:
        return Figures()
    columns = list(zip(*rows, strict=True))
    sums = map(sum, columns[: len(SUMS)])
    counts = map(histogram.joined, columns[len(SUMS) :])
    told: dict[str, Any] = dict(zip(STORED, (*sums, *counts), strict=True))
    return Figures(**told)


def as_stored(row: Sequence[Any]) -> Figures:
    """The figures in the values of STORED."""
    counts = map(histogram.unpack, row[len(SUMS) :])
    told = dict(zip(STORED, (*row[: len(SUMS)], *counts), strict=True))
    return Figures(**told)
