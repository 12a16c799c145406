"""Prices taken from a catalogue, and given back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from pricing import sync
from pricing.book import PriceBook
from pricing.catalogues import applying
from pricing.catalogues.choosing import by_status, not_taken
from pricing.catalogues.comparing import Status, compared
from pricing.catalogues.keeping import told
from pricing.models import ModelPrice, PriceImport
from pricing.sources.base import CataloguePrice, CatalogueTier
from pricing.usage import Usage
from tests.pricing.catalogue import empty_tables
from tests.pricing.make_price import price_row, rates, tier_row
from tests.pricing.test_sync import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_catalogue(db: None) -> None:
    empty_tables()


def _price(model: str, **fields: Any) -> CataloguePrice:
    given = {"key": f"acme/{model}", "provider": "acme", **fields}
    return CataloguePrice(model=model, **given)


def _take(
    prices: Sequence[CataloguePrice], start: date | None = None
) -> PriceImport | None:
    offers = compared(prices, PriceBook.load(), timezone.now())
    return applying.take("shop", "shop.json", offers, start)


def _rows() -> list[dict[str, Any]]:
    return list(told(ModelPrice.objects.order_by("pk")).values())


def test_taken_and_given_back() -> None:
    changed = price_row("a", cache_read_usd_per_million="0.2", notes="n")
    tier_row(changed, 1000, None, input_usd_per_million=4)
    edited = price_row("b", is_edited=True)
    before = _rows()
    tier = CatalogueTier(
        min_input_tokens=1001, max_input_tokens=None, rates=rates(input="5")
    )
    batch = _take(
        [
            _price("a", rates=rates(input="2.5"), tiers=(tier,)),
            _price("b", rates=rates(input="9")),
            _price("c", rates=rates(input="1", output="2"), aliases=("c-1",)),
            _price("d", rates=rates(input="2", cache_read="3")),
        ]
    )
    assert batch is not None
    assert (batch.created, batch.changed) == (1, 1)
    changed.refresh_from_db()
    assert changed.rates() == rates(input="2.5", cache_read="0.2", output="10")
    assert (changed.source, changed.notes, changed.is_edited) == ("shop", "n", False)
    assert [t.rates().input for t in changed.tiers.all()] == [5]
    edited.refresh_from_db()
    assert edited.rates().input == 2
    assert not ModelPrice.objects.filter(model="d").exists()
    assert PriceBook.current().match("acme", "c-1") is not None

    assert applying.last("shop") == batch
    done = applying.undo(batch)
    assert (done.restored, done.removed, done.kept) == (1, 1, [])
    assert _rows()[:2] == before
    assert not ModelPrice.objects.get(model="c").active
    assert applying.last("shop") is None
    # A price that was given back can be taken again: the same row.
    again = _take([_price("c", rates=rates(input="1"))])
    assert again is not None
    assert ModelPrice.objects.get(model="c").active


def test_what_was_edited_since_is_not_undone() -> None:
    row = price_row("a")
    batch = _take([_price("a", rates=rates(input="3"))])
    assert batch is not None
    ModelPrice.objects.filter(pk=row.pk).update(input_usd_per_million=7)
    done = applying.undo(batch)
    assert (done.restored, done.kept) == (0, ["acme: a"])
    row.refresh_from_db()
    assert row.rates().input == 7


def test_from_a_day_on_the_former_price_stays_for_before() -> None:
    row = price_row("a", aliases=["a-latest"])
    tier_row(row, 1000, None, input_usd_per_million=4)
    batch = _take([_price("a", rates=rates(input="3"))], date(2026, 10, 1))
    assert batch is not None
    assert (batch.created, batch.changed) == (1, 0)
    book = PriceBook.current()
    usage = Usage(input=100, output=0)
    moments = (date(2026, 9, 30), date(2026, 10, 1))
    quotes = [
        book.quote("acme", ["a-latest"], usage, _noon(each)).cost_usd
        for each in moments
    ]
    assert quotes == [Decimal("0.0002"), Decimal("0.0003")]
    large = book.quote("acme", ["a"], Usage(input=2000, output=0), _noon(moments[1]))
    assert large.cost_usd == Decimal("0.008")


def test_a_taken_price_is_not_brought_back_by_a_refresh() -> None:
    shop = Shop([_price("a", rates=rates(input="2"))], name="origin")
    sync.refresh(shop)
    batch = _take([_price("a", rates=rates(input="1"))])
    assert batch is not None
    shop.number = "2"
    assert sync.refresh(shop).deleted == 1
    (row,) = ModelPrice.objects.all()
    assert (row.rates().input, row.active) == (Decimal(1), True)
    applying.undo(batch)
    row.refresh_from_db()
    assert (row.source, row.rates().input) == ("origin", Decimal(2))
    assert sync.refresh(shop).unchanged == 1


def test_nothing_to_take_makes_no_import() -> None:
    price_row("a")
    assert _take([_price("a", rates=rates(input="2"))]) is None
    offers = compared(
        [_price("a", rates=rates(input="2"))], PriceBook.load(), timezone.now()
    )
    assert [offer.status for offer in offers] == [Status.UNCHANGED]
    assert not PriceImport.objects.exists()


def test_a_day_to_come_is_taken_once_more() -> None:
    price_row("a")
    day = timezone.now().date() + timedelta(days=30)
    dearer, other = (
        _price("a", rates=rates(input="2.5")),
        _price("a", rates=rates(input="3")),
    )
    fresh = _price("new", rates=rates(input="1"))
    first = _take([dearer, fresh], day)
    assert first is not None
    assert first.created == 2
    again = _take([other], day)
    assert again is not None
    assert (again.created, again.changed) == (0, 1)
    row = ModelPrice.objects.get(source_key=f"acme/a#{day}")
    assert row.rates().input == 3
    applying.undo(again)
    applying.undo(first)
    assert ModelPrice.objects.filter(active=True).count() == 1
    assert _take([dearer, fresh], day) is not None
    row.refresh_from_db()
    assert (row.active, row.rates().input) == (True, Decimal("2.5"))
    ModelPrice.objects.filter(pk=row.pk).update(is_edited=True)
    assert _take([other], day) is None


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def test_what_is_not_taken_is_told_with_its_reasons() -> None:
    price_row("a", is_edited=True)
    price_row("b")
    prices = [
        _price("a", rates=rates(input="3")),
        _price("b", rates=rates(input="90")),
        _price("c", rates=rates(input="1", cache_read="2")),
        _price("d", rates=rates(input="1")),
    ]
    offers = compared(prices, PriceBook.load(), timezone.now())
    assert [o.price.model for o in by_status(offers)] == ["b", "c", "d", "a"]
    left = {each["key"]: each["why"] for each in not_taken(offers, confirm=False)}
    assert left == {
        "acme/a": ["An operator edited it."],
        "acme/b": ["Input goes from $2.00 to $90.00 per 1M."],
        "acme/c": ["Cache read of $2.00 is dearer than input of $1.00."],
    }
    assert set(left) - {x["key"] for x in not_taken(offers, confirm=True)} == {"acme/b"}


def test_a_price_that_another_catalogue_made_meanwhile_is_taken_over() -> None:
    first = _take([_price("a", rates=rates(input="1", output="2"))])
    assert first is not None
    applying.undo(first)  # its row stays, inactive
    other = price_row("a", source="other", source_key="o/a")
    second = _take([_price("a", rates=rates(input="3"))])
    assert second is not None
    assert (second.created, second.changed) == (0, 1)
    other.refresh_from_db()
    assert (other.rates().input, other.source) == (Decimal(3), "shop")
    assert applying.undo(second).restored == 1
    assert ModelPrice.objects.get(active=True).source == "other"
    assert _take([_price("a", rates=rates(input="4"))]) is not None
