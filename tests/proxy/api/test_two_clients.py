"""Clients that change one thing at the same moment, with a connection each."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from pricing.book import PriceBook
from pricing.catalogues import applying
from pricing.catalogues.comparing import compared
from pricing.models import ModelPrice
from pricing.sources.base import CataloguePrice
from proxy.models import Provider, Route
from tests.api_call import HOST
from tests.pricing.make_price import rates

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "http://127.0.0.1:9/v1"
NOW = datetime(2026, 11, 25, tzinfo=UTC)


def together(count: int, work: Callable[[int], Any]) -> list[Any]:
    """All begin at once."""
    barrier = threading.Barrier(count)

    def one(number: int) -> Any:
        try:
            barrier.wait(30)
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def ask(method: str, path: str, body: Any = None, **headers: str) -> Any:
    return Client(headers=HOST | headers).generic(
        method, f"/api{path}", json.dumps(body or {}), "application/json"
    )


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/providers", {"slug": "gw", "base_url": BASE}),
        ("/routes", {"model": "m", "upstream_url": BASE}),
        ("/alerts", {"name": "a", "condition": "errors > 20% over 10m"}),
    ],
)
def test_of_many_that_make_one_thing_one_does(path: str, body: dict[str, Any]) -> None:
    told = Counter(
        a.status_code for a in together(6, lambda _: ask("POST", path, body))
    )
    refused = {409, 422}  # a route's twin is told as the form tells it
    assert told[201] == 1
    assert set(told) - {201} <= refused
    assert Provider.objects.filter(slug="gw").count() == (path == "/providers")
    assert Route.objects.filter(match="m").count() == (path == "/routes")


def test_no_update_of_another_client_is_lost() -> None:
    assert (
        ask("POST", "/providers", {"slug": "gw", "base_url": BASE}).status_code == 201
    )

    def add_a_line(number: int) -> int:
        refused = 0
        for turn in range(5):
            while True:
                seen = ask("GET", "/providers/gw")
                notes = f"{seen.json()['notes']}{number}.{turn}\n"
                tag = {"if-match": seen["ETag"]}
                answer = ask("PATCH", "/providers/gw", {"notes": notes}, **tag)
                if answer.status_code == 200:
                    break
                assert answer.status_code == 412
                refused += 1
        return refused

    together(2, add_a_line)
    lines = Provider.objects.get(slug="gw").notes.split()
    assert sorted(lines) == [f"{a}.{b}" for a in range(2) for b in range(5)]


def test_a_change_says_what_it_changes() -> None:
    ask("POST", "/providers", {"slug": "gw", "base_url": BASE})
    ask("POST", "/routes", {"model": "m", "upstream_url": BASE})
    route = f"/routes/{Route.objects.get().pk}"
    for path, body in (("/providers/gw", {"name": "x"}), (route, {"priority": 3})):
        for method in ("PUT", "PATCH", "DELETE"):
            untold = ask(method, path, body)
            assert untold.status_code == 428
            assert untold.json()["error"]["code"] == "PRECONDITION_REQUIRED"
            assert "If-Match" in untold.json()["error"]["message"]
        for tag, status in (('"old"', 412), ("*", 200)):
            assert ask("PATCH", path, body, **{"if-match": tag}).status_code == status
    assert ask("PATCH", "/defaults", {"enabled": False}).status_code == 428


def test_one_catalogue_taken_twice_at_once_makes_each_price_once() -> None:
    price = CataloguePrice(
        key="acme/a", provider="acme", model="a", rates=rates(input="1", output="2")
    )
    offers = compared([price], PriceBook.load(), NOW)
    made = together(2, lambda _: applying.take("shop", "shop.json", offers))
    assert sorted(each.created for each in made) == [0, 1]
    assert ModelPrice.objects.filter(provider="acme", model="a").count() == 1
