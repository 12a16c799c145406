"""The seeded catalogue, for the tests that price what they record."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.pricing.catalogue import seeded_catalogue


@pytest.fixture(scope="module")
def catalogue(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Shared by a module, whose tests are undone by a transaction each."""
    with seeded_catalogue(django_db_blocker):
        yield
