"""A conversation's figures along its calls, as points to draw and as sums.

A short one has a point a call; a long one is added up by the database, `POINTS` parts
of it, so that a page costs the same however many calls there are to read by a person.
Called by `observe/pages/conversation/view.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.db import connections

from observe.pages.conversation.calls import Call
from observe.pages.conversation.growth import Point
from runs.measure import queries
from runs.models import CapturedRequest, Conversation
from runs.record import Purpose

POINTS = 120


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


def of_long(conversation: Conversation) -> list[Point]:
    points, spent = list[Point](), Decimal(0)
    for part in _parts(conversation):
        cost = queries.dollars(part["whole"], part["rest"])
        spent += cost
        if not part["context"]:
            continue
        read, asked = part["cache_read"], part["asked"]
        points.append(
            Point(
                number=part["first"],
                last=part["last"],
                input_tokens=part["context"],
                cache_share=None if read is None else read / asked,
                output_tokens=part["output"] or 0,
                cost_usd=cost if part["priced"] or not part["unpriced"] else None,
                spent_usd=spent,
            )
        )
    return points


_IN = (
    "coalesce(input_tokens, 0) + coalesce(cache_read_tokens, 0)"
    " + coalesce(cache_write_5m_tokens, 0) + coalesce(cache_write_1h_tokens, 0)"
)
_COLUMNS = {
    "first": "min(n) + 1",
    "last": "max(n) + 1",
    "priced": "count(cost_usd)",
    "unpriced": "count(CASE WHEN is_unpriced THEN 1 END)",
    "context": f"max(CASE WHEN is_main THEN {_IN} END)",
    "asked": f"sum(CASE WHEN is_main THEN {_IN} END)",
    "cache_read": "sum(CASE WHEN is_main THEN cache_read_tokens END)",
    "output": "max(CASE WHEN is_main THEN output_tokens END)",
}
_COSTS = {
    "postgresql": ("sum(cost_usd)", "0"),
    "sqlite": (
        "sum(CAST(cost_usd AS INTEGER))",
        "sum(CAST(round((cost_usd - CAST(cost_usd AS INTEGER)) * 1e12) AS INTEGER))",
    ),
}


def _parts(conversation: Conversation) -> Iterator[dict[str, Any]]:
    """`POINTS` of them, of about as many calls each, the first one first."""
    connection = connections[CapturedRequest.objects.db]
    whole, rest = _COSTS[connection.vendor]
    columns = {**_COLUMNS, "whole": whole, "rest": rest}
    table = CapturedRequest._meta.db_table
    named = ", ".join(f"{says} AS {name}" for name, says in columns.items())
    query = (
        f"SELECT {named} FROM (SELECT row_number() OVER (ORDER BY id) - 1 AS n,"
        f" coalesce(purpose, '') IN ('', '{Purpose.MAIN.value}') AS is_main,"
        " is_unpriced, cost_usd, input_tokens, cache_read_tokens,"
        " cache_write_5m_tokens, cache_write_1h_tokens, output_tokens"
        f" FROM {table} WHERE conversation_id = %s) AS seen"
        " GROUP BY n * %s / %s ORDER BY 1"
    )
    with connection.cursor() as cursor:
        size = max(conversation.request_count, 1)
        cursor.execute(query, (conversation.pk, POINTS, size))
        for row in cursor.fetchall():
            yield dict(zip(columns, row, strict=True))
