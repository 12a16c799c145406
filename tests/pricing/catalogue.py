"""The whole catalogue in the database, for as long as a block needs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pytest_django import DjangoDbBlocker

from pricing import sync
from pricing.models import (
    ModelPrice,
    PriceProvider,
    PriceRevision,
    PriceSource,
    PriceTier,
)
from runs import sql
from runs.models import AuditEntry


@contextmanager
def seeded_catalogue(blocker: DjangoDbBlocker) -> Iterator[None]:
    """Outside of any test's transaction."""
    with blocker.unblock():
        sync.seed()
        yield
        # Other rooms' tests find the tables as empty as the migrations leave them.
        empty_tables()


def empty_tables() -> None:
    """Row by row Django would log each of thousands."""
    models = (PriceTier, ModelPrice, PriceProvider, PriceSource, PriceRevision)
    for model in (*models, AuditEntry):
        sql.delete(model.objects.all())
