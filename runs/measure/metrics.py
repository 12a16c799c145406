"""The numbers by which runs are compared, each read from statistics. Pure.

A new one is a line in METRICS; `runs/measure/contrast.py` does the rest. Limits of the
gate are set on them (`runs/measure/limits.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pricing.rates import digits
from runs.measure.figures import Statistics

Unit = Literal["usd", "count", "tokens", "share", "ms", "tokens_per_s"]
Wanted = Literal["lower", "higher", "either"]
Value = Decimal | float | int | None


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    unit: Unit
    wanted: Wanted
    read: Callable[[Statistics], Value]
    """None where the run doesn't tell."""
    is_total: bool = False
    """It grows with what a run does: less of it may mean that less was done."""

    def number(self, statistics: Statistics) -> float | None:
        """For medians and intervals; exactness ends here."""
        value = self.read(statistics)
        return float(value) if isinstance(value, Decimal) else value


def _cost(statistics: Statistics) -> Decimal | None:
    """None when it isn't known in full."""
    cost = statistics.cost
    return None if cost.unpriced_requests else cost.usd


def _total(name: str, unit: Unit, read: Callable[[Statistics], Value]) -> Metric:
    return Metric(name, unit, "lower", read, is_total=True)


COST = _total("cost_usd", "usd", _cost)

METRICS = (
    COST,
    _total("requests", "count", lambda s: s.requests),
    Metric("error_rate", "share", "lower", lambda s: s.error_rate),
    _total("total_tokens", "tokens", lambda s: s.tokens.total),
    _total("input_tokens", "tokens", lambda s: s.tokens.input),
    Metric("cache_read_tokens", "tokens", "either", lambda s: s.tokens.cache_read),
    _total("output_tokens", "tokens", lambda s: s.tokens.output),
    Metric("cache_hit_rate", "share", "higher", lambda s: s.cache_hit_rate),
    _total("wall_ms", "ms", lambda s: s.wall_ms),
    _total("busy_ms", "ms", lambda s: s.busy_ms),
    _total("duration_sum_ms", "ms", lambda s: s.duration_sum_ms),
    Metric("duration_count", "count", "either", lambda s: s.duration.count),
    Metric("duration_p50_ms", "ms", "lower", lambda s: s.duration.p50_ms),
    Metric("duration_p95_ms", "ms", "lower", lambda s: s.duration.p95_ms),
    Metric("ttft_count", "count", "either", lambda s: s.ttft.count),
    Metric("ttft_p50_ms", "ms", "lower", lambda s: s.ttft.p50_ms),
    Metric("ttft_p95_ms", "ms", "lower", lambda s: s.ttft.p95_ms),
    Metric("ttfo_p50_ms", "ms", "lower", lambda s: s.ttfo.p50_ms),
    Metric("ttfo_p95_ms", "ms", "lower", lambda s: s.ttfo.p95_ms),
    Metric("itl_p50_ms", "ms", "lower", lambda s: s.itl.p50_ms),
    Metric("itl_p95_ms", "ms", "lower", lambda s: s.itl.p95_ms),
    Metric(
        *("output_tokens_per_s_busy", "tokens_per_s", "higher"),
        lambda s: s.output_tokens_per_s_busy,
    ),
    Metric(
        *("output_tokens_per_s_request", "tokens_per_s", "higher"),
        lambda s: s.output_tokens_per_s_request,
    ),
    Metric("tool_calls", "count", "either", lambda s: s.signals.tool_calls),
)


def told(value: Value, unit: Unit) -> str:
    """A value with its unit, for sentences."""
    number = Decimal(str(value))
    if unit == "usd":
        return f"${digits(number)}"
    if unit == "ms":
        return f"{number:,.0f} ms"
    if unit == "share":
        return f"{digits(round(number * 100, 2))} %"
    return f"{number:,.0f}"
