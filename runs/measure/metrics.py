"""The numbers by which runs are compared, each read from statistics. Pure.

A new one is a line in METRICS; `runs/measure/compare.py` does the rest. Limits of the
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

    def number(self, statistics: Statistics) -> float | None:
        """For medians and intervals; exactness ends here."""
        value = self.read(statistics)
        return float(value) if isinstance(value, Decimal) else value


def _cost(statistics: Statistics) -> Decimal | None:
    """None when it isn't known in full."""
    cost = statistics.cost
    return None if cost.unpriced_requests else cost.usd


COST = Metric("cost_usd", "usd", "lower", _cost)

METRICS = (
    COST,
    Metric("requests", "count", "lower", lambda s: s.requests),
    Metric("error_rate", "share", "lower", lambda s: s.error_rate),
    Metric("total_tokens", "tokens", "lower", lambda s: s.tokens.total),
    Metric("input_tokens", "tokens", "lower", lambda s: s.tokens.input),
    Metric("cache_read_tokens", "tokens", "either", lambda s: s.tokens.cache_read),
    Metric("output_tokens", "tokens", "lower", lambda s: s.tokens.output),
    Metric("cache_hit_rate", "share", "higher", lambda s: s.cache_hit_rate),
    Metric("wall_ms", "ms", "lower", lambda s: s.wall_ms),
    Metric("busy_ms", "ms", "lower", lambda s: s.busy_ms),
    Metric("duration_sum_ms", "ms", "lower", lambda s: s.duration_sum_ms),
    Metric("duration_count", "count", "either", lambda s: s.duration.count),
    Metric("duration_p50_ms", "ms", "lower", lambda s: s.duration.p50_ms),
    Metric("duration_p95_ms", "ms", "lower", lambda s: s.duration.p95_ms),
    Metric("ttft_count", "count", "either", lambda s: s.ttft.count),
    Metric("ttft_p50_ms", "ms", "lower", lambda s: s.ttft.p50_ms),
    Metric("ttft_p95_ms", "ms", "lower", lambda s: s.ttft.p95_ms),
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
