"""`paging.py`: every row once, in both directions, whatever comes meanwhile."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from runs import lifecycle
from runs.api.paging import Rows, edges, links, page_by_id
from runs.filters import BadFilter
from runs.models import Run

pytestmark = pytest.mark.django_db


def names(rows: list[Run]) -> list[str]:
    return [run.name for run in rows]


@pytest.fixture(autouse=True)
def _five_runs() -> None:
    for number in range(5):
        lifecycle.start(str(number), is_global=False)


def cursors(page: Rows[Run]) -> dict[str, str | None]:
    request = RequestFactory().get("/api/runs")
    told = links(request, {"q": "a b"}, page)
    assert all(
        not link or link.startswith("/api/runs?q=a+b&") for link in told.values()
    )
    return {
        name: link.rpartition("cursor=")[2] if link else None
        for name, link in told.items()
    }


def test_pages_go_to_the_end_and_back() -> None:
    first = page_by_id(Run.objects.all(), "", 2)
    assert names(first.rows) == ["4", "3"]
    assert cursors(first)["previous"] is None
    second = page_by_id(Run.objects.all(), cursors(first)["next"] or "", 2)
    third = page_by_id(Run.objects.all(), cursors(second)["next"] or "", 2)
    assert (names(second.rows), names(third.rows)) == (["2", "1"], ["0"])
    assert cursors(third)["next"] is None
    back = page_by_id(Run.objects.all(), cursors(third)["previous"] or "", 2)
    assert names(back.rows) == ["2", "1"]


def test_rows_that_come_meanwhile_shift_nothing() -> None:
    first = page_by_id(Run.objects.all(), "", 2)
    lifecycle.start("new", is_global=False)
    second = page_by_id(Run.objects.all(), cursors(first)["next"] or "", 2)
    assert names(second.rows) == ["2", "1"]
    newer = page_by_id(Run.objects.all(), cursors(second)["previous"] or "", 5)
    assert names(newer.rows) == ["new", "4", "3"]


def test_an_empty_list_has_no_neighbours() -> None:
    page = page_by_id(Run.objects.none(), "", 2)
    assert cursors(page) == {"next": None, "previous": None}


@pytest.mark.parametrize("cursor", ["x", "older-", "older--1", "newer-1x", "older-²"])
def test_cursors_that_are_none(cursor: str) -> None:
    with pytest.raises(BadFilter, match="must come from"):
        edges(cursor)
