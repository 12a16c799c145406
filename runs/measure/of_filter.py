"""What the requests that a filter leaves came to, as a list of them tells it.

Exact up to `MOST` requests, then of the newest so many; where a filter can't be read
that far in its time, of what it leaves of the newest requests. Asked by
`runs/api/requests.py` and by the request list.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from runs.measure import timings
from runs.models import CapturedRequest
from runs.models.patience import TookTooLong, at_most
from runs.models.request_set import CapturedRequestQuerySet

MOST = 10_000
PATIENCE_S = 0.1
COLUMNS = (
    *("is_success", "cost_usd", "is_unpriced", "total_tokens"),
    *("duration_ms", "ttft_ms"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterFigures:
    """A set of requests in a line."""

    requests: int
    of: str
    """`all` that pass the filter, the `newest` of them, or those `among` the newest
    requests there are."""
    errors: int
    cost_usd: Decimal | None
    """Of the requests whose cost is known; None when none is."""
    unpriced_requests: int
    """Billed, and not in `cost_usd`."""
    total_tokens: int
    duration_p50_ms: float | None
    """Of all that have ended, errors too, by nearest rank."""
    duration_p95_ms: float | None
    ttft_p50_ms: float | None
    ttft_p95_ms: float | None

    @property
    def error_share(self) -> float:
        """In per cent."""
        return 100 * self.errors / self.requests if self.requests else 0.0


def figures_of(found: CapturedRequestQuerySet) -> FilterFigures:
    try:
        with at_most(PATIENCE_S, found.db):
            rows = _read(found.newest(MOST + 1))
    except TookTooLong:
        return _summed(_read(_among_newest(found)), "among")
    return _summed(rows[:MOST], "newest" if len(rows) > MOST else "all")


def _among_newest(found: CapturedRequestQuerySet) -> CapturedRequestQuerySet:
    last = CapturedRequest.objects.order_by("-pk").values_list("pk", flat=True)
    return found.filter(pk__gt=(last.first() or 0) - MOST).order_by()


def _read(rows: CapturedRequestQuerySet) -> list[tuple[Any, ...]]:
    return list(rows.values_list(*COLUMNS))


def _summed(rows: list[tuple[Any, ...]], of: str) -> FilterFigures:
    succeeded, costs, unpriced, tokens, durations, ttfts = (
        zip(*rows, strict=True) if rows else ((),) * len(COLUMNS)
    )
    known = [cost for cost in costs if cost is not None]
    return FilterFigures(
        requests=len(rows),
        of=of,
        errors=sum(each is False for each in succeeded),
        cost_usd=sum(known, Decimal(0)) if known else None,
        unpriced_requests=sum(unpriced),
        total_tokens=sum(each or 0 for each in tokens),
        **_percentiles("duration", durations),
        **_percentiles("ttft", ttfts),
    )


def _percentiles(name: str, times: Iterable[float | None]) -> dict[str, Any]:
    known = sorted(each for each in times if each is not None)
    return {
        f"{name}_p{share}_ms": timings.percentile(known, share) if known else None
        for share in (50, 95)
    }
