from __future__ import annotations

import pytest

from proxy.models import Provider, Route
from proxy.schemas import RouteOut
from proxy.setup.listing import route_rows

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
    assert sorted((row.active, row.used, row.status) for row in rows) == [
        (False, False, "not used: it is switched off"),
        (True, True, "used"),
    ]


def test_a_providers_key_is_named_only_where_it_goes() -> None:
    openai = Provider.objects.get(slug="openai")
    Route.objects.create(match="own", provider=openai)
    Route.objects.create(match="elsewhere", provider=openai, **UP)
    named = {row["match"]: row["api_key_env"] for row in route_rows()}
    assert named == {"own": "OPENAI_API_KEY", "elsewhere": ""}
