"""What each of several runs came to, for a list of them: one query for all.

Asked by `runs/api/run_counts.py`; statistics tell everything of one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from runs.measure import queries
from runs.models import CapturedRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTotals:
    """A run in a line."""

    requests: int = 0
    errors: int = 0
    pending: int = 0
    total_tokens: int | None = None
    """In and out, cached ones too; None where no request reported any."""
    cost_usd: Decimal | None = Decimal(0)
    """Of the requests whose cost is known; None when nothing is."""
    unpriced_requests: int = 0
    """Billed, and not in `cost_usd`."""
    duration_sum_ms: float = 0.0
    """Every request's own duration, overlaps counted each time."""


def of_runs(keys: Collection[int]) -> dict[int, RunTotals]:
    """By the run's key; a run without requests is left out."""
    requests = queries.marked(CapturedRequest.objects.filter(run__in=keys))
    rows = (
        requests.order_by()
        .values("run")
        .annotate(
            n=Count("*"),
            failed=Count("pk", filter=Q(is_success=False)),
            pending=Count("pk", filter=Q(is_success=None)),
            tokens=Sum("total_tokens"),
            priced=Count("cost_usd"),
            unpriced=Count("pk", filter=Q(is_unpriced=True)),
            took=Sum("duration_ms"),
            **queries.cost_sums(requests.db),
        )
    )
    return {row["run"]: _totals(row) for row in rows}


def _totals(row: Mapping[str, Any]) -> RunTotals:
    whole = queries.dollars(row["whole"], row["rest"])
    is_unknown = not row["priced"] and (row["unpriced"] or row["pending"])
    return RunTotals(
        requests=row["n"],
        errors=row["failed"],
        pending=row["pending"],
        total_tokens=row["tokens"],
        cost_usd=None if is_unknown else whole,
        unpriced_requests=row["unpriced"],
        duration_sum_ms=row["took"] or 0.0,
    )
