"""What runs came to, counted from each of their requests."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from runs.measure import timings
from runs.measure.totals import RunTotals, of_runs, p95_of_runs
from runs.models import CapturedRequest, Run

Found = dict[int, tuple[RunTotals, float | None]]
"""By the run's key, with the 95th percentile of its successes' durations."""


def told_totals() -> Found:
    """The fast way to the same."""
    keys = list(Run.objects.values_list("pk", flat=True))
    p95 = p95_of_runs(keys)
    return {run: (each, p95.get(run)) for run, each in of_runs(keys).items()}


def slow_totals() -> Found:
    rows = defaultdict[int, list[CapturedRequest]](list)
    for row in CapturedRequest.objects.filter(run__isnull=False):
        assert row.run_id is not None
        rows[row.run_id].append(row)
    return {run: (_totals(found), _p95(found)) for run, found in rows.items()}


def _totals(rows: list[CapturedRequest]) -> RunTotals:
    costs = [row.cost_usd for row in rows if row.cost_usd is not None]
    tokens = [row.total_tokens for row in rows if row.total_tokens is not None]
    pending = sum(row.is_success is None for row in rows)
    unpriced = sum(row.is_unpriced for row in rows)
    is_unknown = not costs and (unpriced or pending)
    took_us = sum(round(1000 * (row.duration_ms or 0)) for row in rows)
    return RunTotals(
        requests=len(rows),
        errors=sum(row.is_success is False for row in rows),
        pending=pending,
        total_tokens=sum(tokens) if tokens else None,
        cost_usd=None if is_unknown else sum(costs, Decimal(0)),
        unpriced_requests=unpriced,
        duration_sum_ms=took_us / 1000,
    )


def _p95(rows: list[CapturedRequest]) -> float | None:
    known = (row.duration_ms for row in rows if row.is_success)
    durations = sorted(each for each in known if each is not None)
    return timings.percentile(durations, 95) if durations else None
