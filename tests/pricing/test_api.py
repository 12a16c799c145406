"""`/api/prices`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from ninja.testing import TestClient

from pricing.api import router
from tests.pricing.make_price import price_row, tier_row

api = TestClient(router)
pytestmark = pytest.mark.django_db


def _get(**query: Any) -> dict[str, Any]:
    answer = api.get("/prices", query_params={"provider": "acme", **query})
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def test_rates_are_decimal_strings_with_their_unit() -> None:
    price = price_row(
        cache_read_usd_per_million=Decimal("0.0000001"), request_usd=Decimal("0.014")
    )
    tier_row(price, 200_001, None, input_usd_per_million=Decimal(4), label="long")
    (item,) = _get()["items"]
    assert item["input_usd_per_million"] == "2"
    assert item["output_usd_per_million"] == "10"
    assert item["cache_read_usd_per_million"] == "0.0000001"
    assert item["cache_write_1h_usd_per_million"] is None
    assert item["request_usd"] == "0.014"
    (tier,) = item["tiers"]
    assert tier["input_usd_per_million"] == "4"
    assert (tier["min_input_tokens"], tier["max_input_tokens"]) == (200_001, None)


def test_pages_join_without_a_gap() -> None:
    for number in range(5):
        price_row(f"m-{number}")
    pages = [_get(limit=2, search="m-")]
    while address := pages[-1]["next"]:
        assert "search=m-" in address
        pages.append(_get(**parse_qs(urlsplit(address).query)))
    seen = [[item["model"] for item in page["items"]] for page in pages]
    assert seen == [["m-0", "m-1"], ["m-2", "m-3"], ["m-4"]]
    back = [_get(**parse_qs(urlsplit(page["previous"]).query)) for page in pages[1:]]
    assert [page["items"] for page in back] == [page["items"] for page in pages[:2]]
    assert pages[0]["previous"] is back[0]["previous"] is None


def test_a_full_last_page_has_no_next() -> None:
    price_row()
    assert _get(limit=1)["next"] is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"search": "NEEDLE"}, ["needle"]),
        ({"search": "by-alias"}, ["aliased"]),
        ({"active": "false"}, ["off"]),
        ({"provider": "globex"}, ["other"]),
        ({"search": "nothing"}, []),
    ],
)
def test_prices_are_found(query: dict[str, str], found: list[str]) -> None:
    price_row("needle")
    price_row("aliased", aliases=["by-alias-1"])
    price_row("off", active=False)
    price_row("other", provider="globex")
    assert [item["model"] for item in _get(**query)["items"]] == found


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "cursor=x"])
def test_a_wrong_query_is_refused(query: str) -> None:
    assert api.get(f"/prices?{query}").status_code == 422


def test_it_is_served_under_api() -> None:
    price_row()
    client = Client(headers={"host": "127.0.0.1:8080"})
    answer = client.get("/api/prices?provider=acme")
    assert answer.status_code == 200, answer.content
    assert answer.json()["items"][0]["model"] == "m-1"
