"""Seeding and refreshing, and what an operator did in between."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import time as clock
from decimal import Decimal

import pytest
from django.db import IntegrityError
from pytest_django import DjangoAssertNumQueries

from pricing import sync
from pricing.models import ModelPrice, PriceProvider, PriceSource, PriceTier
from pricing.sources import SOURCES
from pricing.sources.base import (
    Catalogue,
    CataloguePrice,
    CatalogueProvider,
    CatalogueTier,
)
from tests.pricing.make_price import price_row, rates


@dataclass
class Shop:
    """A catalogue in memory."""

    prices: list[CataloguePrice]
    providers: tuple[CatalogueProvider, ...] = ()
    name: str = "shop"
    number: str = "1"

    def version(self) -> str:
        return self.number

    def read(self) -> Catalogue:
        return Catalogue(prices=self.prices, providers=self.providers)


def _price(model: str, usd: str = "2", *tiers: CatalogueTier) -> CataloguePrice:
    return CataloguePrice(
        key=f"acme/{model}",
        provider="acme",
        model=model,
        rates=rates(input=usd, output="10"),
        tiers=tiers,
    )


def _tier(low: int, usd: str) -> CatalogueTier:
    return CatalogueTier(
        min_input_tokens=low, max_input_tokens=None, rates=rates(input=usd)
    )


@pytest.fixture
def shop(db: None) -> Shop:
    shop = Shop([_price("a"), _price("b", "3", _tier(100, "6"))])
    sync.refresh(shop)
    return shop


def _input(model: str) -> Decimal | None:
    price = ModelPrice.objects.get(provider="acme", model=model)
    usd: Decimal | None = price.input_usd_per_million
    return usd


def test_a_refresh_brings_new_and_changed_prices(shop: Shop) -> None:
    shop.prices = [_price("a", "1"), shop.prices[1], _price("c")]
    report = sync.refresh(shop)
    assert (report.created, report.updated, report.unchanged) == (1, 1, 1)
    assert [_input(model) for model in "abc"] == [1, 3, 2]


def test_a_refresh_twice_changes_nothing(shop: Shop) -> None:
    before = list(ModelPrice.objects.order_by("pk").values())
    report = sync.refresh(shop)
    assert (report.created, report.updated, report.unchanged) == (0, 0, 2)
    assert list(ModelPrice.objects.order_by("pk").values()) == before


def test_a_changed_tier_is_an_update(shop: Shop) -> None:
    shop.prices[1] = _price("b", "3", _tier(100, "7"), _tier(500, "9"))
    assert sync.refresh(shop).updated == 1
    tiers = PriceTier.objects.filter(price__model="b", price__provider="acme")
    steps = tiers.values_list("min_input_tokens", "input_usd_per_million")
    assert list(steps) == [(100, 7), (500, 9)]


def test_an_edited_price_is_kept(shop: Shop) -> None:
    edited = ModelPrice.objects.get(model="a")
    edited.input_usd_per_million, edited.is_edited = Decimal("0.5"), True
    edited.save()
    shop.prices = [_price("a", "99"), shop.prices[1]]
    assert sync.refresh(shop).kept == 1
    assert _input("a") == Decimal("0.5")


def test_an_operators_own_price_is_kept(shop: Shop) -> None:
    own = price_row("a", is_edited=True, input_usd_per_million=Decimal(8))
    shop.prices = []
    sync.refresh(shop)
    own.refresh_from_db()
    assert (own.active, own.input_usd_per_million) == (True, 8)


def test_a_deleted_price_stays_deleted(shop: Shop) -> None:
    ModelPrice.objects.filter(model="a").delete()
    shop.number = "2"
    report = sync.refresh(shop)
    assert (report.deleted, report.created) == (1, 0)
    assert not ModelPrice.objects.filter(model="a").exists()


def test_a_withdrawn_price_is_made_inactive_and_comes_back(shop: Shop) -> None:
    kept = shop.prices.pop(0)
    assert sync.refresh(shop).withdrawn == 1
    row = ModelPrice.objects.get(model="a")
    assert not row.active
    shop.prices.append(kept)
    assert sync.refresh(shop).updated == 1
    assert ModelPrice.objects.get(pk=row.pk).active


def test_an_edited_price_list_is_kept(shop: Shop) -> None:
    shop.providers = (CatalogueProvider(slug="acme", fallbacks=("openai",)),)
    sync.refresh(shop)
    PriceProvider.objects.filter(slug="acme").update(fallbacks=["x"], is_edited=True)
    shop.providers = (replace(shop.providers[0], name="ACME"),)
    sync.refresh(shop)
    assert PriceProvider.objects.get(slug="acme").fallbacks == ["x"]


def test_a_failing_catalogue_changes_nothing(shop: Shop) -> None:
    shop.prices = [_price("new"), replace(_price("bad"), daily_from=clock(1))]
    shop.number = "2"
    with pytest.raises(IntegrityError):
        sync.refresh(shop)
    assert not ModelPrice.objects.filter(model="new").exists()
    assert PriceSource.objects.get(name="shop").version == "1"


def test_seeding_is_quick_and_done_once(
    db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ModelPrice.objects.all().delete()
    PriceSource.objects.all().delete()
    begin = time.thread_time()
    reports = sync.seed()
    assert time.thread_time() - begin < 2
    assert [report.source for report in reports] == [s.name for s in SOURCES]
    assert ModelPrice.objects.count() == sum(r.created for r in reports) > 2500
    with django_assert_num_queries(1):
        assert sync.seed() == []


def test_a_new_catalogue_version_is_seeded(seeded: None) -> None:
    PriceSource.objects.filter(name="weir").update(version="0")
    assert [report.source for report in sync.seed()] == ["weir"]


def test_reading_the_catalogue_again_changes_no_row(seeded: None) -> None:
    for report in map(sync.refresh, SOURCES):
        assert (report.created, report.updated, report.withdrawn) == (0, 0, 0)


def test_the_demo_price_says_that_it_is_an_example(seeded: None) -> None:
    price = ModelPrice.objects.get(provider="demo", model="weir-demo")
    assert "example price" in price.notes
    assert price.rates().output == Decimal("0.8")
