"""What statistics are made of: plain values with units in their names. Pure.

`runs/measure/statistics.py` fills them; pages, API, comparison and gate read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from pricing.rates import digits
from pricing.usage import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Sums of the disjoint buckets; None where no request reported one."""

    input: int | None = None
    """Uncached input."""
    cache_read: int | None = None
    cache_write_5m: int | None = None
    cache_write_1h: int | None = None
    output: int | None = None
    """With reasoning."""
    reasoning: int | None = None
    """Of `output`."""
    total: int | None = None

    @property
    def total_input(self) -> int | None:
        """Every input token, as `Usage` adds them up."""
        return Usage(
            input=self.input,
            cache_read=self.cache_read,
            cache_write_5m=self.cache_write_5m,
            cache_write_1h=self.cache_write_1h,
        ).total_input

    @property
    def cache_hit_rate(self) -> float | None:
        """Read from a cache, of all input; None where no provider told of a cache."""
        whole = self.total_input
        if self.cache_read is None or not whole:
            return None
        return self.cache_read / whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """The sum of what is known, and how many billed requests are not in it."""

    usd: Decimal | None = Decimal(0)
    """None when nothing is known: no billed request has a known cost, or none has
    finished."""
    priced_requests: int = 0
    unpriced_requests: int = 0
    """Billed, and not in `usd`: no usage was reported, or no price is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Of successful requests (TTFT: of streamed ones); None without any. Percentiles
    are by nearest rank: the smallest value that at least p % of the values don't
    exceed, never a value in between that no request had."""

    count: int = 0
    min_ms: float | None = None
    mean_ms: float | None = None
    p50_ms: float | None = None
    p90_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    max_ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The part of the requests that have one model, provider, endpoint or status."""

    label: str
    """"" where it isn't known; a status is its digits, "" without a response."""
    requests: int
    successes: int
    errors: int
    pending: int
    input_tokens: int | None
    """Every input token, cached or not."""
    output_tokens: int | None
    total_tokens: int | None
    cost_usd: Decimal | None
    unpriced_requests: int
    duration_sum_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorKind:
    """Errors of one kind: `timed_out`, `http_429`, `incomplete`…"""

    kind: str
    code: str
    """The provider's or Weir's own, or ""."""
    requests: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """How many requests have what lists mark with a badge."""

    streams: int = 0
    tools: int = 0
    tool_calls: int = 0
    images: int = 0
    slow: int = 0
    large: int = 0
    cut: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """A run, a turn or a conversation in numbers."""

    requests: int = 0
    """All: `successes` + `errors` + `pending`."""
    successes: int = 0
    errors: int = 0
    pending: int = 0
    error_rate: float | None = None
    """Of the finished requests; None while there is none."""
    error_kinds: tuple[ErrorKind, ...] = ()

    first_started_at: datetime | None = None
    last_ended_at: datetime | None = None
    wall_ms: float = 0.0
    """First start to last end, pauses between requests included."""
    busy_ms: float = 0.0
    """Time with at least one request under way; overlaps are counted once."""
    duration_sum_ms: float = 0.0
    """Every request's own duration, overlaps counted each time."""

    tokens: Tokens = Tokens()
    cache_hit_rate: float | None = None
    """Input tokens read from a cache, of all input tokens."""
    cost: Cost = Cost()
    output_tokens_per_s_busy: float | None = None
    """Output tokens by busy time: what the work as a whole got."""
    output_tokens_per_s_request: float | None = None
    """Output tokens by the durations of their requests: what one request got."""
    duration: Distribution = Distribution()
    ttft: Distribution = Distribution()
    """Until the first content; of streamed successes, as `ttfo` and `itl`."""
    ttfo: Distribution = Distribution()
    """Until the first content that isn't reasoning."""
    itl: Distribution = Distribution()
    """Inter-token latency: (duration - TTFT) / (output tokens - 1) of each one."""

    models: tuple[Share, ...] = ()
    providers: tuple[Share, ...] = ()
    endpoints: tuple[Share, ...] = ()
    statuses: tuple[Share, ...] = ()
    signals: Signals = Signals()

    def as_dict(self) -> dict[str, Any]:
        """For JSON: money as text (never a float), times in ISO 8601."""
        plain = as_plain(self)
        assert isinstance(plain, dict)
        return plain


def as_plain(value: Any) -> Any:
    """Dataclasses as dicts, all the way down."""
    if is_dataclass(value):
        return {f.name: as_plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {key: as_plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [as_plain(each) for each in value]
    if isinstance(value, Decimal):
        return digits(value)
    return value.isoformat() if isinstance(value, datetime) else value
