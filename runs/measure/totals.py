"""What each of several runs, conversations or turns came to: one query for all.

Asked by `runs/api/run_counts.py` and by the lists of the pages. Summed at each call,
over the requests of what is listed and no others; statistics tell everything of one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from django.db.models import Count, Q, Sum

from runs.measure import queries, timings
from runs.models import CapturedRequest, Conversation
from runs.models.request_set import CapturedRequestQuerySet

MOST_READ = 50_000
"""Durations that one list reads: of larger runs it tells no percentile."""
LONGEST, MOST_SUMMED = 1_000, 10_000
"""Requests of a conversation that a list sums, and of all that it shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTotals:
    """A run, a conversation or a turn in a line."""

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
    return _by("run", queries.marked(CapturedRequest.objects.filter(run__in=keys)))


def of_conversations(keys: Collection[int]) -> dict[int, RunTotals]:
    """By the conversation's key."""
    rows = CapturedRequest.objects.filter(conversation__in=keys)
    return _by("conversation", rows)


def short_enough(rows: Collection[Conversation]) -> list[int]:
    """The conversations that a list can sum, the shortest first: none of more than
    `LONGEST` requests, and not more than `MOST_SUMMED` in all."""
    room, chosen = MOST_SUMMED, list[int]()
    for row in sorted(rows, key=lambda each: each.request_count):
        room -= row.request_count
        if row.request_count > LONGEST or room < 0:
            break
        chosen.append(row.pk)
    return chosen


def of_turns(keys: Collection[int]) -> dict[int, RunTotals]:
    """By the turn's key."""
    return _by("turn", CapturedRequest.objects.filter(turn__in=keys))


def p95_of_runs(totals: Mapping[int, RunTotals]) -> dict[int, float]:
    """The 95th percentile of the durations of successes, by nearest rank; the smallest
    runs first, as long as there are no more than `MOST_READ` durations to read."""
    room, keys = MOST_READ, list[int]()
    for key, told in sorted(totals.items(), key=lambda item: item[1].requests):
        room -= told.requests
        if room < 0:
            break
        keys.append(key)
    rows = CapturedRequest.objects.filter(run__in=keys, is_success=True)
    durations: dict[int, list[float]] = {}
    read = queries.marked(rows).order_by().values_list("run", "duration_ms")
    for key, duration in read:
        if duration is not None:
            durations.setdefault(key, []).append(duration)
    return {k: timings.percentile(sorted(d), 95) for k, d in durations.items()}


def _by(
    column: Literal["run", "conversation", "turn"], requests: CapturedRequestQuerySet
) -> dict[int, RunTotals]:
    rows = (
        requests.order_by()
        .values(column)
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
    return {row[column]: _totals(row) for row in rows}


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
