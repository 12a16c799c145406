"""Editing prices in the admin, as an operator does: forms in, pages out."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

import pytest
from django.contrib.auth.models import User
from django.test import Client

from pricing.book import PriceBook
from pricing.models import ModelPrice, PriceProvider, PriceTier
from tests.pricing.make_price import price_row, tier_row

LIST = "/admin/pricing/modelprice/"


@pytest.fixture
def operator(db: None) -> Client:
    client = Client(headers={"host": "127.0.0.1:8080"})
    client.force_login(User.objects.create_superuser("operator", password="x"))
    return client


def _form(
    price: ModelPrice | None = None, changes: Mapping[str, str] = MappingProxyType({})
) -> dict[str, str]:
    """The change form as a browser would post it, tiers included."""
    tiers = list(price.tiers.all()) if price else []
    form = {
        "provider": price.provider if price else "acme",
        "model": price.model if price else "m-1",
        "match": "equals",
        "aliases": "[]",
        "active": "on",
        "input_usd_per_million": "2",
        "tiers-TOTAL_FORMS": str(len(tiers)),
        "tiers-INITIAL_FORMS": str(len(tiers)),
    }
    for number, tier in enumerate(tiers):
        form[f"tiers-{number}-id"] = str(tier.pk)
        form[f"tiers-{number}-price"] = str(tier.price_id)
        form[f"tiers-{number}-min_input_tokens"] = str(tier.min_input_tokens)
        form[f"tiers-{number}-max_input_tokens"] = str(tier.max_input_tokens or "")
    return {**form, **changes}


def test_a_saved_price_is_marked_as_edited_and_counts_at_once(
    operator: Client,
) -> None:
    price = price_row(source="shop", source_key="acme/m-1")
    book = PriceBook.current()
    answer = operator.post(
        f"{LIST}{price.pk}/change/", _form(price, {"input_usd_per_million": "3.5"})
    )
    assert answer.status_code == 302, answer.content.decode()
    price.refresh_from_db()
    assert (price.is_edited, price.input_usd_per_million) == (True, Decimal("3.5"))
    assert price.source == "shop"
    assert PriceBook.current() is not book


def test_a_leap_is_asked_for_again_and_a_broken_rule_refused(operator: Client) -> None:
    price = price_row()
    path = f"{LIST}{price.pk}/change/"
    leap = {"input_usd_per_million": "6.5"}
    page = operator.post(path, _form(price, leap)).content.decode()
    assert "Input goes from $2.00 to $6.50 per 1M." in page
    wrong = {"cache_read_usd_per_million": "7", "is_sure": "on", **leap}
    page = operator.post(path, _form(price, wrong)).content.decode()
    assert "Cache read of $7.00 is dearer than input of $6.50." in page
    assert (
        operator.post(path, _form(price, {"is_sure": "on", **leap})).status_code == 302
    )
    price.refresh_from_db()
    assert price.rates().input == Decimal("6.5")
    tier_row(price, 1000, None, input_usd_per_million=8)
    calm = {"input_usd_per_million": "6.5", "tiers-0-input_usd_per_million": "80"}
    page = operator.post(path, _form(price, calm)).content.decode()
    assert "Input goes from $8.00 to $80.00 per 1M." in page
    assert (
        operator.post(path, _form(price, {"is_sure": "1", **calm})).status_code == 302
    )
    assert price.tiers.get().rates().input == 80


def test_an_added_price_is_the_operators_own(operator: Client) -> None:
    answer = operator.post(
        f"{LIST}add/",
        _form(
            changes={
                "aliases": '["m-one", "m-1-*"]',
                "tiers-TOTAL_FORMS": "1",
                "tiers-0-min_input_tokens": "100",
                "tiers-0-input_usd_per_million": "4",
            }
        ),
    )
    assert answer.status_code == 302, answer.content.decode()
    price = ModelPrice.objects.get(provider="acme")
    assert (price.is_edited, price.source) == (True, "")
    assert price.tiers.get().input_usd_per_million == 4


def test_a_boundary_between_two_tiers_can_be_moved_at_once(operator: Client) -> None:
    price = price_row()
    tier_row(price, 0, 100)
    tier_row(price, 100, None)
    form = _form(
        price, {"tiers-0-max_input_tokens": "150", "tiers-1-min_input_tokens": "150"}
    )
    answer = operator.post(f"{LIST}{price.pk}/change/", form)
    assert answer.status_code == 302, answer.content.decode()
    assert [tier.min_input_tokens for tier in price.tiers.all()] == [0, 150]


def test_a_price_may_have_its_rates_in_tiers_alone_or_be_free(operator: Client) -> None:
    price = price_row()
    tier_row(price, 0, None)
    in_tiers = {"input_usd_per_million": "", "tiers-0-input_usd_per_million": "1"}
    free = {"input_usd_per_million": "0"}
    for changes in (in_tiers, free):
        answer = operator.post(f"{LIST}{price.pk}/change/", _form(price, changes))
        assert answer.status_code == 302, answer.content.decode()


def test_a_deleted_tier_overlaps_nothing(operator: Client) -> None:
    price = price_row()
    tier_row(price, 0, 100)
    tier_row(price, 100, None)
    form = _form(price, {"tiers-0-DELETE": "on", "tiers-1-min_input_tokens": "50"})
    answer = operator.post(f"{LIST}{price.pk}/change/", form)
    assert answer.status_code == 302, answer.content.decode()
    assert PriceTier.objects.get(price=price).min_input_tokens == 50


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"input_usd_per_million": "-1"}, "A rate can&#x27;t be negative."),
        ({"aliases": '"gpt"'}, "Aliases are a JSON list of texts"),
        ({"tiers-1-min_input_tokens": "99"}, "Two tiers overlap"),
        ({"tiers-0-max_input_tokens": "0"}, "must end above its start of 0 tokens"),
        ({"model": "taken"}, "one of the two could never be reached"),
        (
            {"tiers-1-min_input_tokens": "150"},
            "No tier holds requests of 100 to 149 input tokens",
        ),
        (
            {"input_usd_per_million": "", "tiers-1-max_input_tokens": "900"},
            "No tier holds requests of 900 and more input tokens",
        ),
        ({"input_usd_per_million": ""}, "Give at least one rate"),
    ],
)
def test_a_wrong_form_is_refused_with_a_sentence(
    operator: Client, changes: dict[str, str], sentence: str
) -> None:
    price_row("taken")
    price = price_row()
    tier_row(price, 0, 100)
    tier_row(price, 100, None)
    answer = operator.post(f"{LIST}{price.pk}/change/", _form(price, changes))
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    price.refresh_from_db()
    assert not price.is_edited


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=needle", ["needle-model"]),
        ("q=by-alias", ["aliased"]),
        ("provider=globex", ["other"]),
        ("is_edited__exact=1&provider=acme", ["edited"]),
        ("active__exact=0&provider=acme", ["off"]),
    ],
)
def test_prices_can_be_searched_and_filtered(
    operator: Client, query: str, found: list[str]
) -> None:
    price_row("needle-model")
    price_row("aliased", aliases=["by-alias-1"])
    price_row("other", provider="globex")
    price_row("edited", is_edited=True)
    price_row("off", active=False)
    answer = operator.get(f"{LIST}?{query}")
    assert [row.model for row in answer.context["cl"].result_list] == found


def test_the_list_shows_rates(operator: Client) -> None:
    tier_row(price_row(input_usd_per_million=Decimal("2.5")), 5, None)
    page = operator.get(f"{LIST}?q=m-1&provider=acme").content.decode()
    assert "$2.50" in page
    assert "$10.00" in page


def test_making_a_twin_active_is_refused(operator: Client) -> None:
    price_row("m-1")
    twin, other = price_row("m-1", active=False), price_row("m-2", active=False)
    answer = operator.post(
        LIST,
        {"action": "make_active", "_selected_action": [twin.pk, other.pk]},
        follow=True,
    )
    page = answer.content.decode()
    assert "one of the two could never be reached" in page
    assert "1 price is active now." in page
    twin.refresh_from_db()
    other.refresh_from_db()
    assert (twin.active, other.active, other.is_edited) == (False, True, True)


def test_a_price_list_can_be_given_fallbacks(operator: Client) -> None:
    price_row("m-1")
    form = {"slug": "my-gateway", "names": "[]", "fallbacks": '["acme"]'}
    answer = operator.post("/admin/pricing/priceprovider/add/", form)
    assert answer.status_code == 302, answer.content.decode()
    assert PriceProvider.objects.get(slug="my-gateway").is_edited
    assert PriceBook.current().match("my-gateway", "m-1") is not None
