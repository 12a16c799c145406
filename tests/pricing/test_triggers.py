"""The triggers of a price change, put in place and taken away by a migration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.dummy.base import DatabaseWrapper
from django.db.models import QuerySet

from pricing import triggers
from pricing.models import ModelPrice, PriceProvider, PriceRevision, PriceTier
from tests.pricing.make_price import price_row, tier_row

pytestmark = pytest.mark.django_db


def token() -> int | None:
    return PriceRevision.objects.values_list("token", flat=True).first()


def install() -> None:
    triggers.install(None, connection.schema_editor())


def uninstall() -> None:
    triggers.uninstall(None, connection.schema_editor())


def _deleted(rows: QuerySet[Any]) -> None:
    """Of this table alone: Django's own delete would touch those that hang on it."""
    rows._raw_delete(rows.db)


def _tiers() -> QuerySet[PriceTier]:
    """Of the test's own price: the catalogue may be there, too."""
    return PriceTier.objects.filter(price__model="m-1")


def _acme() -> QuerySet[PriceProvider]:
    return PriceProvider.objects.filter(slug="acme")


@pytest.fixture
def price() -> ModelPrice:
    price = price_row("m-1")
    tier_row(price, 100, 200)
    price_row("bare")
    PriceProvider.objects.create(slug="acme")
    return price


EDITS: dict[str, Callable[[], object]] = {
    "a price inserted": lambda: price_row("m-2"),
    "a price updated": lambda: ModelPrice.objects.update(notes="x"),
    "a price deleted": lambda: _deleted(ModelPrice.objects.filter(model="bare")),
    "a tier inserted": lambda: tier_row(ModelPrice.objects.get(model="m-1"), 200, 300),
    "a tier updated": lambda: _tiers().update(max_input_tokens=150),
    "a tier deleted": lambda: _deleted(_tiers()),
    "a provider inserted": lambda: PriceProvider.objects.create(slug="other"),
    "a provider updated": lambda: _acme().update(slug="renamed"),
    "a provider deleted": lambda: _deleted(_acme()),
}
every_edit = pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)


@every_edit
def test_every_edit_renews_the_token(
    price: ModelPrice, edit: Callable[[], object]
) -> None:
    before = token()
    edit()
    assert token() != before


@every_edit
def test_without_triggers_nothing_does(
    price: ModelPrice, edit: Callable[[], object]
) -> None:
    uninstall()
    before = token()
    edit()
    assert token() == before


def test_they_can_be_put_back_and_put_in_twice(price: ModelPrice) -> None:
    uninstall()
    install()
    install()
    before = token()
    ModelPrice.objects.update(notes="seen")
    assert token() != before


def test_taking_away_what_is_gone_is_no_error() -> None:
    uninstall()
    uninstall()


def test_the_token_has_one_row_however_often_it_is_renewed(price: ModelPrice) -> None:
    for number in range(3):
        price_row(f"n-{number}")
    assert PriceRevision.objects.count() == 1


def test_a_database_that_is_not_served_is_refused_by_name() -> None:
    editor = BaseDatabaseSchemaEditor(DatabaseWrapper({}))
    with pytest.raises(NotImplementedError, match="SQLite and PostgreSQL, not on unk"):
        triggers.install(None, editor)
