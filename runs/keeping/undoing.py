"""Puts back what was deleted: the audit log holds how it was.

Behind the button of the settings' pages and `POST /api/audit/{id}/undo`. What went with
it (the routes to a provider, the tiers of a price) comes back, too; each row is checked
as if it were made by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ForeignKey, Model

from pricing import editing
from runs.keeping import audit
from runs.models import AuditEntry

_TOGETHER = timedelta(seconds=5)
"""What went with a row went in the same transaction, before it or after."""


class CantUndo(Exception):
    """Why nothing was put back; str() is a sentence."""


def can_undo(entry: AuditEntry) -> bool:
    """Whether it tells of something deleted, that is not there."""
    model = audit.model_of(entry.kind)
    if entry.action != AuditEntry.Action.DELETED or model is None:
        return False
    return not model._base_manager.filter(pk=entry.key).exists()


def undo(entry: AuditEntry) -> Model:
    """The row as it was, with its own id; raises CantUndo, and then nothing is back."""
    model = audit.model_of(entry.kind)
    if model is None or not can_undo(entry):
        raise CantUndo("Only what was deleted, and isn't there, can be put back.")
    try:
        with transaction.atomic():
            row = _put_back(model, entry.before)
            for other, went in _went_with(model, entry):
                _put_back(other, went.before)
    except ValidationError as error:
        raise CantUndo(editing.sentences(error)) from None
    return row


def _put_back(model: type[Model], values: Mapping[str, Any]) -> Model:
    row = model()
    for field in model._meta.concrete_fields:
        if field.name in values:
            setattr(row, field.attname, field.to_python(values[field.name]))
    row.clean_fields()  # what it belongs to may be gone: then nothing else can be asked
    row.full_clean()
    row.save(force_insert=True)
    return row


def _went_with(
    model: type[Model], entry: AuditEntry
) -> Iterator[tuple[type[Model], AuditEntry]]:
    for kind, other in audit.watched().items():
        for field in other._meta.concrete_fields:
            if not isinstance(field, ForeignKey) or field.related_model is not model:
                continue
            gone = AuditEntry.objects.filter(
                kind=kind,
                action=AuditEntry.Action.DELETED,
                at__range=(entry.at - _TOGETHER, entry.at + _TOGETHER),
                **{f"before__{field.name}": entry.before["id"]},
            )
            yield from ((other, each) for each in gone.order_by("pk"))
