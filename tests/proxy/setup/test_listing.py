from __future__ import annotations

import pytest

from proxy.models import Route
from proxy.schemas import RouteOut
from proxy.setup.listing import page_of, route_rows

pytestmark = pytest.mark.django_db
UP = {"upstream_url": "http://up.example/v1"}


def test_rows_stand_in_the_order_they_are_asked() -> None:
    for match, kind, priority in [
        ("z", "exact", 50),
        ("a*", "prefix", 50),
        ("abc*", "prefix", 50),
        ("late", "exact", 60),
        ("*", "prefix", 40),
    ]:
        Route.objects.create(match=match, kind=kind, priority=priority, **UP)
    found = [row["match"] for row in route_rows()]
    assert found == ["*", "z", "abc*", "a*", "late"]


def test_a_row_fits_its_published_shape() -> None:
    Route.objects.create(match="m", **UP)
    Route.objects.create(match="m", active=False, **UP)
    rows = [RouteOut(**row) for row in route_rows()]
    assert sorted((row.active, row.status) for row in rows) == [
        (False, "not used: it is switched off"),
        (True, "used"),
    ]


@pytest.mark.parametrize(
    ("page", "items", "previous", "following"),
    [(1, [0, 1], False, True), (3, [4], True, False), (9, [], True, False)],
)
def test_rows_are_cut_into_pages(
    page: int, items: list[int], previous: bool, following: bool
) -> None:
    found = page_of(range(5), page, 2)
    assert list(found["items"]) == items
    assert (found["pages"], found["has_previous"], found["has_next"]) == (
        *(3, previous, following),
    )


def test_no_rows_are_one_empty_page() -> None:
    assert page_of([], 1, 25)["pages"] == 1
