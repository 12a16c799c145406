"""What an alert's condition says: `errors > 5% over 10m`. Pure.

Read where an alert is saved, previewed and looked at.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Metric(StrEnum):
    """What is compared."""

    REQUESTS = "requests"
    ERRORS = "errors"
    COST = "cost"
    TOKENS = "tokens"
    P50 = "p50"
    P95 = "p95"
    P99 = "p99"
    TTFT_P50 = "ttft-p50"
    TTFT_P95 = "ttft-p95"
    TTFT_P99 = "ttft-p99"


SHARE_OF_VALUES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
LONGEST = timedelta(days=31)
_WINDOW_S = {"m": 60, "h": 3600, "d": 86_400}
_MANY = {"": 1, "k": 1000, "m": 1_000_000}
_TEXT = re.compile(
    r"(?P<metric>[a-z0-9-]+)\s*(?P<operator>>=|<=|>|<)\s*"
    r"(?P<dollar>\$?)\s*(?P<number>[0-9]{1,12}(?:\.[0-9]{1,6})?)\s*"
    r"(?P<unit>%|ms|s|k|m|)\s+"
    r"(?:over\s+(?P<length>[0-9]{1,5})\s*(?P<of>[mhd])|(?:an?|per)\s+(?P<each>\w+))"
)
_EACH = {"minute": "1m", "hour": "1h", "day": "1d", "week": "7d"}
"""`cost > $20 a day` is over the last day, whichever day that is."""
EXAMPLES = "errors > 5% over 10m, cost > $20 over 1d, p95 > 3s over 15m"


class BadCondition(ValueError):
    """str() is a sentence for users."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A metric against a limit over the last while."""

    metric: Metric
    operator: str
    limit: Decimal
    """Of times in ms, of a share in per cent, of a cost in USD."""
    window: timedelta
    is_share: bool
    """Errors as a part of all requests."""
    text: str

    @property
    def is_upwards(self) -> bool:
        return self.operator.startswith(">")

    @property
    def percentile(self) -> float | None:
        return SHARE_OF_VALUES.get(self.metric.removeprefix("ttft-"))

    @property
    def is_of_ttft(self) -> bool:
        return self.metric.startswith("ttft-")

    @property
    def wants_some(self) -> bool:
        """A share or percentile of one request says little."""
        return self.is_share or self.percentile is not None

    def is_broken_by(self, value: Decimal | float | None) -> bool:
        """What isn't known breaks nothing."""
        return value is not None and OPERATORS[self.operator](value, self.limit)

    def told(self, value: Decimal | float | None) -> str:
        """A value of this metric, in words."""
        if value is None:
            return "unknown"
        if self.is_share:
            return f"{value:.1f}%"
        if self.metric is Metric.COST:
            return f"${value:.2f}" if value >= 1 else f"${value:.4f}"
        if self.percentile is not None:
            return f"{value / 1000:.2f}s" if value >= 1000 else f"{value:.0f}ms"
        return f"{value:,.0f}"


def read(text: str) -> Condition:
    """Raises `BadCondition`."""
    words = " ".join(text.lower().split())
    found = _TEXT.fullmatch(words)
    if found is None:
        raise BadCondition(f"A condition is like {EXAMPLES}.")
    if found["metric"] not in list(Metric):
        raise BadCondition(
            f"{found['metric']!r} is none of {', '.join(Metric)} (see docs/alerts.md)."
        )
    metric = Metric(found["metric"])
    over = _over(found)
    window = timedelta(seconds=int(over[:-1]) * _WINDOW_S[over[-1]])
    if not timedelta(minutes=1) <= window <= LONGEST:
        raise BadCondition(f"over: from 1m to {LONGEST.days}d.")
    unit, number = found["unit"], Decimal(found["number"])
    return Condition(
        metric,
        found["operator"],
        _limit(metric, number, unit, bool(found["dollar"])),
        window,
        is_share=unit == "%",
        text=f"{metric} {found['operator']} {found['dollar']}{found['number']}{unit}"
        f" over {over}",
    )


def _over(found: re.Match[str]) -> str:
    if not found["each"]:
        return f"{found['length']}{found['of']}"
    if found["each"] not in _EACH:
        raise BadCondition(f"Not of {found['each']!r}, but of {', '.join(_EACH)}.")
    return _EACH[found["each"]]


def _limit(metric: Metric, number: Decimal, unit: str, dollar: bool) -> Decimal:
    if dollar and (metric is not Metric.COST or unit):
        raise BadCondition("Only a cost is in $, as cost > $20 over 1d.")
    if unit == "%":
        if metric is not Metric.ERRORS or number > 100:
            raise BadCondition("Only errors are a share, of 0 to 100%.")
        return number
    if metric[-3:] in SHARE_OF_VALUES:
        if unit not in ("s", "ms"):
            raise BadCondition(f"{metric} is a time: 3s, or 800ms.")
        return number * (1000 if unit == "s" else 1)
    if unit not in _MANY or (unit and metric is Metric.COST):
        raise BadCondition(f"{metric} has no unit {unit!r}.")
    return number * _MANY[unit]
