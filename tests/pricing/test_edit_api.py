"""Prices, tiers and price lists over HTTP; two at the same row lose nothing."""

from __future__ import annotations

from typing import Any

import pytest

from pricing.models import ModelPrice, PriceProvider
from runs.models import AuditEntry
from tests.api_call import call
from tests.pricing.catalogue import empty_tables

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_catalogue(db: None) -> None:
    """Other tests of this folder share one; these make their own prices."""
    empty_tables()


PRICE = {
    "provider": "acme",
    "model": "m-1",
    "input_usd_per_million": "2.50",
    "output_usd_per_million": "10",
    "aliases": ["m-1-*"],
}


def test_a_price_with_tiers() -> None:
    tier = {"min_input_tokens": 1000, "input_usd_per_million": "5"}
    made, tag = call("POST", "/prices", {**PRICE, "tiers": [tier]}, 201)
    assert (made["input_usd_per_million"], made["is_edited"]) == ("2.5", True)
    assert made["tiers"][0]["input_usd_per_million"] == "5"
    path = f"/prices/{made['id']}"
    assert call("GET", path) == (made, tag)
    told, _ = call("POST", "/prices", PRICE, 422)
    assert "could never be reached" in told["error"]["message"]

    logged = AuditEntry.objects.count()
    call("PATCH", path, {"input_usd_per_million": "2.5"})
    assert AuditEntry.objects.count() == logged  # it is what it was
    seen, newer = call("PATCH", path, {"notes": "n"}, if_match=tag)
    assert (seen["aliases"], len(seen["tiers"])) == (["m-1-*"], 1)
    call("PATCH", path, {"notes": "late"}, 412, if_match=tag)
    more = {"min_input_tokens": 2000, "output_usd_per_million": "1"}
    told, _ = call("POST", f"{path}/tiers", more, 422)
    assert "overlap" in told["error"]["message"]
    assert ModelPrice.objects.get().tiers.count() == 1
    call("POST", f"{path}/tiers", more, 412, if_match=tag)
    tiers = [{**tier, "max_input_tokens": 2000}, more]
    seen, _ = call("PATCH", path, {"tiers": tiers}, if_match=newer)
    assert [each["min_input_tokens"] for each in seen["tiers"]] == [1000, 2000]
    left, _ = call("DELETE", f"{path}/tiers/2000")
    assert [each["max_input_tokens"] for each in left["tiers"]] == [2000]
    call("DELETE", f"{path}/tiers/7", None, 404)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"input_usd_per_million": -1}, "greater than or equal to 0"),
        ({"input_usd_per_million": "NaN"}, "finite"),
        ({"fees": {"web_search": "x"}}, "Fees are JSON with USD as text"),
        ({"daily_from": "10:00:00"}, "Give both ends of the daily hours"),
        ({"match": "like"}, "Input should be"),
        ({"notes": "\ud800"}, ""),
        ({"price": 1}, "Extra inputs"),
    ],
)
def test_what_can_t_be_a_price_is_said(wrong: Any, said: str) -> None:
    told, _ = call("POST", "/prices", {**PRICE, **wrong}, 422)
    assert said in told["error"]["message"]
    assert not ModelPrice.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_price_without_any_rate_is_refused() -> None:
    bare = {"provider": "acme", "model": "m-2"}
    told, _ = call("POST", "/prices", bare, 422)
    assert "Give at least one rate" in told["error"]["message"]
    assert not ModelPrice.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"cache_read_usd_per_million": "3"}, "is dearer than input of $2.50"),
        ({"output_usd_per_million": "0.0001"}, "lies outside of $0.001 to $1,000.00"),
        (
            {"provider": "anthropic", "cache_write_1h_usd_per_million": "3.125"},
            "is not 2 × input of $2.50, as it is at Anthropic",
        ),
        (
            {"tiers": [{"min_input_tokens": 9, "cache_read_usd_per_million": "4"}]},
            "is dearer than input of $2.50 (9 input tokens and more)",
        ),
        ({"service_tier": "batch"}, "as batch is dearer than the usual $5.00"),
    ],
)
def test_a_price_keeps_the_rules_of_price_lists(wrong: Any, said: str) -> None:
    usual = {**PRICE, "output_usd_per_million": "5", "input_usd_per_million": "2.5"}
    call("POST", "/prices", usual, 201)
    told, _ = call("POST", "/prices", {**PRICE, **_other(wrong)}, 422)
    assert said in told["error"]["message"]
    assert ModelPrice.objects.count() == 1


def _other(wrong: dict[str, Any]) -> dict[str, Any]:
    """Of a day of its own, so that it is no twin."""
    return {"valid_from": "2026-01-01", **wrong}


def test_a_rate_leaps_only_when_that_is_confirmed() -> None:
    made, _ = call("POST", "/prices", PRICE, 201)
    path, leap = f"/prices/{made['id']}", {"output_usd_per_million": "30.01"}
    told, _ = call("PATCH", path, leap, 422)
    assert "Output goes from $10.00 to $30.01 per 1M." in told["error"]["message"]
    call("PATCH", path, {"output_usd_per_million": "30"})
    call("PATCH", path, {"output_usd_per_million": "1", "confirm": True})
    tier = {"min_input_tokens": 9, "output_usd_per_million": "2"}
    call("PATCH", path, {"tiers": [tier]})
    dear = {"tiers": [{**tier, "output_usd_per_million": "20"}]}
    told, _ = call("PATCH", path, dear, 422)
    assert "Output goes from $2.00 to $20.00" in told["error"]["message"]
    assert ModelPrice.objects.get().tiers.get().rates().output == 2


def test_a_price_list() -> None:
    call("PATCH", "/price-lists/gw", {"fallbacks": ["openai"]}, 404)
    made, tag = call("PUT", "/price-lists/gw", {"fallbacks": ["openai"]})
    assert (made["fallbacks"], made["is_edited"]) == (["openai"], True)
    seen, _ = call("PATCH", "/price-lists/gw", {"name": "G"}, if_match=tag)
    assert (seen["name"], seen["fallbacks"]) == ("G", ["openai"])
    call("PUT", "/price-lists/gw", {"name": "H"}, 412, if_match=tag)
    call("DELETE", "/price-lists/gw", None, 204)
    assert not PriceProvider.objects.filter(slug="gw").exists()
    kinds = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(kinds) == ["created", "changed", "deleted"]
