"""What a row is called: in the admin, in logs, in a failing test."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import models

OURS = [
    model
    for model in apps.get_models()
    if model.__module__.partition(".")[0] in ("runs", "proxy", "pricing")
]
VALUES: dict[type[models.Field[Any, Any]], Any] = {
    models.DateTimeField: datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
    models.UUIDField: UUID("0199f1a2-3b4c-7d5e-8f60-718293a4b5c6"),
    models.IntegerField: 41,
    models.CharField: "nightly",
}


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_a_row_is_called_by_what_it_holds_itself(model: type[models.Model]) -> None:
    """Without asking the database, which a list of rows would do row by row."""
    row = model()
    for field in model._meta.concrete_fields:
        kinds = [value for kind, value in VALUES.items() if isinstance(field, kind)]
        if field.is_relation:
            setattr(row, field.attname, 41)
        elif kinds:
            setattr(row, field.attname, kinds[0])
    name = str(row)
    assert name
    assert " object (" not in name  # Django's own word for what has no name
