"""Every single filter of the list is read from an index that also gives the order.

A page of a million requests then costs what its own fifty rows cost. Asserted on
SQLite's plan, which is the same for a few rows as for a million.
"""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from runs import lifecycle, store
from runs.filters import FIELDS, FILTERS
from runs.filters.request_filter import RequestFilter
from runs.models import CalledTool, CapturedRequest, Conversation
from tests import make

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's plans"),
]

FILTERED = {
    f"{row.name}={value}": index
    for row in FILTERS
    for value, index in row.indexes.items()
}
INDEXES = FILTERED | {
    f"where={row.shown}": index
    for row in FIELDS
    if row not in FILTERS
    for index in row.indexes.values()
}


def plans(query: str, **paging: int) -> list[str]:
    """How SQLite reads the rows of one page, query by query.

    `paging` counts from the oldest request; its id depends on what ran before.
    """
    ids = list(CapturedRequest.objects.order_by("pk").values_list("pk", flat=True))
    places = {name: ids[number - 1] for name, number in paging.items()}
    chosen = RequestFilter.from_query(dict([query.split("=", 1)]) if query else {})
    with CaptureQueriesContext(connection) as queries:
        chosen.apply(CapturedRequest.objects.all()).page(**places)
    found = []
    for each in queries.captured_queries:
        if "runs_capturedrequest" in each["sql"] and "COUNT(" not in each["sql"]:
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN QUERY PLAN {each['sql']}")
                found.append("; ".join(row[3] for row in cursor.fetchall()))
    return found


@pytest.fixture(autouse=True)
def _some_requests() -> None:
    lifecycle.start("nightly", is_global=False)
    store.write([make.record(session="s"), make.record(model="gpt-5-mini")], {})
    assert Conversation.objects.exists()


@pytest.mark.parametrize("paging", [{}, {"after": 2}, {"before": 1}], ids=str)
@pytest.mark.parametrize("query", INDEXES)
def test_a_filter_is_read_in_order_from_its_index(
    query: str, paging: dict[str, int]
) -> None:
    found = plans(query, **paging)
    assert any(INDEXES[query] in plan for plan in found), found
    for plan in found:
        assert "TEMP B-TREE" not in plan  # rows are not sorted
        assert "SCAN" not in plan or "INDEX" in plan  # nor is the table read through


def test_the_whole_list_is_read_from_its_end() -> None:
    assert plans("", after=2)[0] == (
        "SEARCH runs_capturedrequest USING INTEGER PRIMARY KEY (rowid<?)"
    )


def test_every_index_serves_a_filter() -> None:
    tables = (CapturedRequest, CalledTool)
    named = {index.name for table in tables for index in table._meta.indexes}
    assert named == set(INDEXES.values())
