"""Prices: searched, edited with their tiers, and given back to their catalogue."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from pricing import sync
from pricing.models import ModelPrice, PriceTier
from pricing.sources import SOURCES
from tests.observe.pages.settings.page import browser, fields, post, text
from tests.pricing.make_price import price_row, tier_row

pytestmark = pytest.mark.django_db
HOME = "/settings/prices"


@pytest.fixture
def client() -> Client:
    return browser()


def test_a_price_is_found_and_edited_with_its_tiers(client: Client) -> None:
    row = price_row("m-one", display_name="The first one")
    tier_row(row, 1000, None, label="long", input_usd_per_million=Decimal(4))
    price_row("m-two", provider="other")
    assert "m-two" not in text(client, f"{HOME}?q=acme+first")
    assert "m-one" not in text(client, f"{HOME}?provider=other")
    page = f"{HOME}?q=m-&edit={row.pk}"
    html = text(client, page)
    assert "1 tier" in html
    asked = fields(html)
    assert asked["input_usd_per_million"] == "2"
    assert post(client, page, 302, **asked)["location"].startswith(HOME)
    row.refresh_from_db()
    assert not row.is_edited  # saved as it was
    assert asked["tiers-0-label"] == "long"
    wrong = asked | {"input_usd_per_million": "-1", "act": "check"}
    said = post(client, page, 200, **wrong).content.decode()
    assert 'id="e-input_usd_per_million"' in said
    assert "A rate can&#x27;t be negative." in said
    hole = {"tiers-1-min_input_tokens": "5000", "tiers-0-max_input_tokens": "2000"}
    more = {"tiers-1-input_usd_per_million": "5", "tiers-1-label": "longer"}
    said = post(client, page, 422, **asked | hole | more).content.decode()
    assert "No tier holds requests of 2,000 to 4,999 input tokens" in said
    closed = hole | {"tiers-0-max_input_tokens": "5000"}
    post(client, page, 302, **asked | closed | more | {"output_usd_per_million": "9"})
    row.refresh_from_db()
    assert (row.output_usd_per_million, row.is_edited) == (9, True)
    assert [tier.label for tier in row.tiers.all()] == ["long", "longer"]
    # Somebody adds a tier: the form that didn't see it changes nothing.
    late = fields(text(client, page)) | {"output_usd_per_million": "1"}
    PriceTier.objects.filter(price=row, label="longer").delete()
    post(client, page, 412, **late)
    assert "your own" in text(client, f"{HOME}?show=own")
    assert "m-two" in text(client, f"{HOME}?show=own")
    assert "No price is called so" in text(client, f"{HOME}?show=edited")


def test_an_edited_one_stands_beside_its_catalogue(client: Client) -> None:
    source = SOURCES[-1]
    sync.refresh(source)
    row = ModelPrice.objects.filter(source=source.name, tiers=None).exclude(
        input_usd_per_million=None
    )[0]
    listed = row.input_usd_per_million
    assert listed is not None
    page = f"{HOME}?edit={row.pk}"
    assert 'id="catalogue"' not in text(client, page)
    asked = fields(text(client, page)) | {"input_usd_per_million": str(listed + 1)}
    post(client, page, 302, **asked)
    html = text(client, page)
    assert f"input: <b>{(listed + 1).normalize():f}</b>, in the catalogue" in html
    assert "The catalogue doesn&#x27;t make it again." in html
    assert ">edited</span>" in text(client, f"{HOME}?show=edited")
    post(client, page, 302, act="catalogue")
    row.refresh_from_db()
    assert (row.input_usd_per_million, row.is_edited) == (listed, False)
