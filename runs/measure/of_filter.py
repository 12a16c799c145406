"""What the requests that a filter leaves came to, as a list of them tells it.

Exact up to `MOST` requests. Of more, all are told where the figures that are kept over
time tell the filter (`of_kept.py`), and the newest so many otherwise; where a filter
can't be read that far in its time, what it leaves of the newest requests. Asked by
`runs/api/requests.py` and by the request list.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from runs.filters.request_filter import RequestFilter
from runs.measure import timings
from runs.measure.of_kept import Kept, kept_figures
from runs.models import CapturedRequest
from runs.models.request_set import CapturedRequestQuerySet
from runs.rollups import histogram
from runs.text.patience import TookTooLong, at_most
from runs.text.said import above, one_by_one

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
    percentile_error: float = 0.0
    """How far these four may be off, as a part of themselves."""

    @property
    def error_share(self) -> float:
        """In per cent."""
        return 100 * self.errors / self.requests if self.requests else 0.0


def figures_of(chosen: RequestFilter) -> FilterFigures:
    found = chosen.apply(CapturedRequest.objects.all())
    try:
        with at_most(PATIENCE_S, found.db):
            kept = kept_figures(chosen, MOST)
            if kept and kept.figures.requests > MOST:
                return _told(kept)
            rows = found.newest_known(MOST + 1, _read)
            if rows is None:
                with one_by_one():  # by words that many say, only what is near is found
                    rows = _read(found.newest(MOST + 1))
    except TookTooLong:
        return _summed(_among_newest(found), "among")
    return _summed(rows[:MOST], "newest" if len(rows) > MOST else "all")


def _told(kept: Kept) -> FilterFigures:
    figures = kept.figures
    return FilterFigures(
        requests=figures.requests + kept.pending,
        of="all",
        errors=kept.errors,
        cost_usd=figures.cost_usd,
        unpriced_requests=figures.unpriced,
        total_tokens=figures.tokens,
        duration_p50_ms=histogram.percentile(figures.durations, 0.5),
        duration_p95_ms=histogram.percentile(figures.durations, 0.95),
        ttft_p50_ms=histogram.percentile(figures.ttfts, 0.5),
        ttft_p95_ms=histogram.percentile(figures.ttfts, 0.95),
        percentile_error=histogram.ERROR,
    )


def _among_newest(found: CapturedRequestQuerySet) -> list[tuple[Any, ...]]:
    newest = CapturedRequest.objects.order_by("-pk").values_list("pk", flat=True)
    last = (newest.first() or 0) - MOST
    with above(last):
        return _read(found.filter(pk__gt=last).order_by())


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
