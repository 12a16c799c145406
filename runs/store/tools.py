"""Writes down which tools an answer called, so that requests are found by them.

Called by `batch.py` for what comes, by `rewriting.py` for what is read again.
"""

from __future__ import annotations

from collections.abc import Iterable

from runs import sql
from runs.cleaning import name
from runs.models import CalledTool
from runs.record import ExchangeRecord

COLUMNS = ("request_id", "name")
MOST = 200
"""Of one answer: it may be a hostile one."""


def names(record: ExchangeRecord) -> list[str]:
    """Each tool once."""
    found = {name(each, 255) for each in record.tool_calls[:MOST]}
    return sorted(found - {""})


def add(answers: Iterable[tuple[int, ExchangeRecord]]) -> None:
    """Of requests by their ids. Calls come with the end, which is stored once."""
    rows = [(pk, each) for pk, record in answers for each in names(record)]
    sql.insert(CalledTool, COLUMNS, rows)


def replace(answers: Iterable[tuple[int, ExchangeRecord]]) -> None:
    found = dict(answers)
    sql.delete(CalledTool.objects.filter(request__in=found))
    add(found.items())


def stored(requests: Iterable[int]) -> dict[int, list[str]]:
    """Request → the tools that it is found by."""
    found: dict[int, list[str]] = {}
    rows = CalledTool.objects.filter(request__in=list(requests)).order_by("name")
    for request, tool in rows.values_list("request", "name"):
        found.setdefault(request, []).append(tool)
    return found
