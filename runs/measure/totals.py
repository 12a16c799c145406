"""What each of several runs, conversations or turns came to: one query for all.

Asked by `runs/api/run_counts.py` and by the lists of the pages. Of runs from the sums
that are kept of each (`runs/models/run_sum.py`); of others summed at each call, over
the requests of what is listed. Statistics tell everything of one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Any, Literal

from django.db import connection
from django.db.models import Count, Q, Sum

from runs import sql
from runs.measure import queries
from runs.measure.index import MARK
from runs.models import CapturedRequest, Conversation, RunSum, run_sum
from runs.models.request_set import CapturedRequestQuerySet

LONGEST, MOST_SUMMED = 1_000, 10_000
"""Requests of a conversation that a list sums, and of all that it shows."""
_AT_PLACE = (
    "SELECT run_id, duration_ms FROM runs_capturedrequest WHERE run_id = {:d}"
    f" AND is_success = TRUE AND duration_ms IS NOT NULL AND {MARK}"
    " ORDER BY duration_ms DESC LIMIT 1 OFFSET {:d}"
)


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
    sums = ", ".join(f"sum({name})" for name in run_sum.COLUMNS)
    query = (
        f"SELECT run_id, {sums} FROM {RunSum._meta.db_table} WHERE run_id IN ({{}})"
        " GROUP BY run_id HAVING sum(requests) > 0"
    )
    found = dict[int, RunTotals]()
    for run, *told in sql.select(query, keys):
        row = dict(zip(run_sum.COLUMNS, map(int, told), strict=True))
        found[run] = _kept(row)
    return found


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


def p95_of_runs(keys: Collection[int]) -> dict[int, float]:
    """The 95th percentile of the durations of successes, by nearest rank: of each run,
    the one at its place in the index of durations."""
    rows = RunSum.objects.filter(run_id__in=keys).values_list("run_id")
    timed = [(run, n) for run, n in rows.annotate(Sum("timed")) if n]
    if not timed:
        return {}
    # SQLite takes an order and a bound of one part of several only in a table's place.
    places = ((run, n - ceil(95 * n / 100)) for run, n in timed)
    parts = (f"SELECT * FROM ({_AT_PLACE.format(*each)}) AS found" for each in places)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())


def _by(
    column: Literal["conversation", "turn"], requests: CapturedRequestQuerySet
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


def _kept(row: Mapping[str, int]) -> RunTotals:
    told: dict[str, Any] = {
        "n": row["requests"],
        "failed": row["errors"],
        "tokens": row["total_tokens"] if row["with_tokens"] else None,
        "whole": row["cost_whole"],
        "rest": row["cost_rest"],
        "took": row["duration_us"] / 1000,
    }
    return _totals({**row, **told})


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
