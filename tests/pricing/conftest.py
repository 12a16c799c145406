"""The seeded catalogue, read once for all pricing tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from pricing.book import PriceBook
from tests.pricing.catalogue import seeded_catalogue


@pytest.fixture(scope="package")
def _catalogue(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    with seeded_catalogue(django_db_blocker):
        yield


@pytest.fixture
def seeded(_catalogue: None, db: None) -> None:
    """A database with the whole catalogue in it; a test's changes are undone."""


@pytest.fixture(scope="package")
def _book(_catalogue: None, django_db_blocker: DjangoDbBlocker) -> PriceBook:
    with django_db_blocker.unblock():
        return PriceBook.load()


@pytest.fixture
def seeded_book(seeded: None, _book: PriceBook) -> PriceBook:
    """All catalogue prices in memory."""
    return _book
