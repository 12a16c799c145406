"""A conversation's figures along its calls, as points to draw and as sums.

A short one has a point a call; a long one is added up by the database, `POINTS` parts
of it, so that a page costs the same however many calls there are to read by a person.
Called by `observe/pages/conversation/view.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connections

from observe.pages.conversation.brushed import Brushed
from observe.pages.conversation.calls import Call
from observe.pages.conversation.growth import Point
from pricing.usage import summed
from runs.measure import queries
from runs.measure.figures import Tokens
from runs.measure.totals import RunTotals
from runs.models import CapturedRequest, Conversation
from runs.record import Purpose

POINTS = 120
BUCKETS = (
    *("input", "cache_read", "cache_write_5m", "cache_write_1h"),
    *("output", "reasoning", "total"),
)


@dataclass(frozen=True, slots=True)
class Long:
    """What a long conversation comes to."""

    points: list[Point]
    totals: RunTotals
    tokens: Tokens


def of_calls(calls: Sequence[Call]) -> list[Point]:
    """Of the main thread; the others count in what was spent."""
    points, spent = list[Point](), Decimal(0)
    for call in calls:
        row = call.request
        spent += row.cost_usd or Decimal(0)
        if call.kind != "main" or not call.input_tokens:
            continue
        read = row.cache_read_tokens
        points.append(
            Point(
                number=call.number,
                last=call.number,
                input_tokens=call.input_tokens,
                cache_share=None if read is None else read / call.input_tokens,
                output_tokens=row.output_tokens or 0,
                cost_usd=row.cost_usd,
                spent_usd=spent,
                took_ms=row.duration_ms,
                shrank=call.shrinking is not None,
                missed_tokens=call.missed_tokens,
            )
        )
    return points


def of_long(conversation: Conversation, within: Brushed) -> Long:
    parts = list(_parts(conversation, within))
    points, spent = list[Point](), Decimal(0)
    for part in parts:
        cost = queries.dollars(part["whole"], part["rest"])
        spent += cost
        if not part["context"]:
            continue
        read, asked = part["read"], part["asked"]
        points.append(
            Point(
                number=part["first"],
                last=part["last"],
                input_tokens=part["context"],
                cache_share=None if read is None else read / asked,
                output_tokens=part["largest"] or 0,
                cost_usd=cost if part["priced"] or not part["unpriced"] else None,
                spent_usd=spent,
            )
        )
    return Long(points, _totals(parts, spent), _tokens(parts))


def _totals(parts: Sequence[dict[str, Any]], spent: Decimal) -> RunTotals:
    def added(name: str) -> int:
        return sum(part[name] or 0 for part in parts)

    is_unknown = not added("priced") and (added("unpriced") or added("pending"))
    return RunTotals(
        requests=added("calls"),
        errors=added("errors"),
        pending=added("pending"),
        cost_usd=None if is_unknown else spent,
        unpriced_requests=added("unpriced"),
        duration_sum_ms=float(added("took")),
    )


def _tokens(parts: Sequence[dict[str, Any]]) -> Tokens:
    return Tokens(**{name: summed(part[name] for part in parts) for name in BUCKETS})


_IN = (
    "coalesce(input_tokens, 0) + coalesce(cache_read_tokens, 0)"
    " + coalesce(cache_write_5m_tokens, 0) + coalesce(cache_write_1h_tokens, 0)"
)
_COLUMNS = {
    "calls": "count(*)",
    "errors": "count(CASE WHEN NOT is_success THEN 1 END)",
    "pending": "count(CASE WHEN is_success IS NULL THEN 1 END)",
    "took": "sum(duration_ms)",
    **{name: f"CAST(sum({name}_tokens) AS bigint)" for name in BUCKETS},
    "first": "min(n) + 1",
    "last": "max(n) + 1",
    "priced": "count(cost_usd)",
    "unpriced": "count(CASE WHEN is_unpriced THEN 1 END)",
    "context": f"max(CASE WHEN is_main THEN {_IN} END)",
    "asked": f"CAST(sum(CASE WHEN is_main THEN {_IN} END) AS bigint)",
    "read": "CAST(sum(CASE WHEN is_main THEN cache_read_tokens END) AS bigint)",
    "largest": "max(CASE WHEN is_main THEN output_tokens END)",
}
_COSTS = {
    "postgresql": ("sum(cost_usd)", "0"),
    "sqlite": (
        "sum(CAST(cost_usd AS INTEGER))",
        "sum(CAST(round((cost_usd - CAST(cost_usd AS INTEGER)) * 1e12) AS INTEGER))",
    ),
}


def _parts(conversation: Conversation, within: Brushed) -> Iterator[dict[str, Any]]:
    """`POINTS` of them, of about as many calls each, the first one first."""
    connection = connections[CapturedRequest.objects.db]
    whole, rest = _COSTS[connection.vendor]
    columns = {**_COLUMNS, "whole": whole, "rest": rest}
    table = CapturedRequest._meta.db_table
    tokens = ", ".join(f"{name}_tokens" for name in BUCKETS)
    named = ", ".join(f"{says} AS {name}" for name, says in columns.items())
    query = (
        f"SELECT {named} FROM (SELECT row_number() OVER (ORDER BY id) - 1 AS n,"
        f" coalesce(purpose, '') IN ('', '{Purpose.MAIN.value}') AS is_main,"
        f" is_unpriced, is_success, duration_ms, cost_usd, {tokens}"
        f" FROM {table} WHERE conversation_id = %s) AS seen"
        " WHERE n >= %s AND n < %s GROUP BY (n - %s) * %s / %s ORDER BY min(n)"
    )
    start, end = within.first - 1, within.last
    with connection.cursor() as cursor:
        cursor.execute(query, (conversation.pk, start, end, start, POINTS, within.size))
        for row in cursor.fetchall():
            yield dict(zip(columns, row, strict=True))
