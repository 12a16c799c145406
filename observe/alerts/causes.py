"""Which requests an alert is about: the address of the list that shows them.

In each message, on the overview and in the settings. Pure.
"""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

from observe.alerts.conditions import Condition, Metric


def path(
    condition: Condition, where: str, start: datetime, end: datetime | None
) -> str:
    """`end` is None while it still fires."""
    told = " ".join(filter(None, (_whole(where), _narrower(condition))))
    query = {
        "where": told if _narrower(condition) else where,
        "after": _spelled(start),
        "before": _spelled(end) if end else "",
    }
    return (
        f"/requests?{urlencode({name: text for name, text in query.items() if text})}"
    )


def _whole(where: str) -> str:
    return f"({where})" if where else ""


def _narrower(condition: Condition) -> str:
    """Those that are over the limit themselves, where one alone can be."""
    if condition.metric is Metric.ERRORS:
        return "has:error"
    if condition.percentile is not None and condition.is_upwards:
        field = "ttft" if condition.is_of_ttft else "duration"
        return f"{field}>{condition.limit.normalize():f}ms"
    return ""


def _spelled(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
