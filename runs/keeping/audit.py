"""Writes the audit log: each change of what an operator edits, whoever made it how.

`observe/apps.py` says which tables are watched; admin, API and commands save rows, and
Django's signals come here. `observe/access.py` says who is at it. No secret is in these
tables: keys are variables' names. What a URL holds before its `@` is left out.
"""

from __future__ import annotations

import getpass
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.db.models.signals import post_delete, post_save, pre_save

from pricing.rates import digits
from runs.models import AuditEntry

_STAMPS = frozenset({"created_at", "updated_at", "checked_by"})
_USER_INFO = re.compile(r"(?<=://)[^/@\s]+@")
_BEFORE = "_audited_before"


@dataclass(frozen=True, slots=True)
class Author:
    """Who makes the changes of this moment."""

    who: str
    via: str


_author: ContextVar[Author | None] = ContextVar("weir_author", default=None)
_kinds: dict[str, type[Model]] = {}


@contextmanager
def author(who: str, via: str) -> Iterator[None]:
    """Changes made inside are this one's."""
    token = _author.set(Author(who, via))
    try:
        yield
    finally:
        _author.reset(token)


def current() -> Author:
    """Outside of any request it is a command's."""
    return _author.get() or Author(_account(), "command")


def watch(kinds: Mapping[type[Model], str]) -> None:
    """Log the changes of these tables' rows under these names."""
    for model, kind in kinds.items():
        _kinds[kind] = model
        _watch(model, kind)


def watched() -> Mapping[str, type[Model]]:
    """The tables whose changes are logged, by the name of their kind."""
    return _kinds


def model_of(kind: str) -> type[Model] | None:
    return _kinds.get(kind)


def _watch(model: type[Model], kind: str) -> None:
    def before(instance: Model, raw: bool, **_: Any) -> None:
        if not raw and instance.pk is not None:
            old = model._meta.base_manager.filter(pk=instance.pk).first()
            setattr(instance, _BEFORE, _values(old) if old else None)

    def after(instance: Model, created: bool, raw: bool, **_: Any) -> None:
        if not raw:
            old = None if created else getattr(instance, _BEFORE, None)
            _saved(kind, instance, old)

    def gone(instance: Model, **_: Any) -> None:
        write(AuditEntry.Action.DELETED, kind, instance, _values(instance), {})

    uid = f"weir audit {model._meta.label}"
    pre_save.connect(before, sender=model, weak=False, dispatch_uid=uid)
    post_save.connect(after, sender=model, weak=False, dispatch_uid=uid)
    post_delete.connect(gone, sender=model, weak=False, dispatch_uid=uid)


def _saved(kind: str, row: Model, old: dict[str, Any] | None) -> None:
    new = _values(row)
    if old is None:
        write(AuditEntry.Action.CREATED, kind, row, {}, new)
        return
    differs = [name for name in new if new[name] != old.get(name)]
    if differs:
        before = {name: old.get(name) for name in differs}
        after = {name: new[name] for name in differs}
        write(AuditEntry.Action.CHANGED, kind, row, before, after)


def write(
    action: AuditEntry.Action,
    kind: str,
    row: Model | str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    key: str = "",
) -> None:
    """One entry; `row` is text for what is no single row, `key` its id where that is
    not the table's own."""
    by = current()
    AuditEntry.objects.create(
        who=by.who[:150],
        via=by.via,
        action=action,
        kind=kind,
        key=key or ("" if isinstance(row, str) else str(row.pk)[:64]),
        name=str(row)[:255],
        before=dict(before),
        after=dict(after),
    )


def _values(row: Model) -> dict[str, Any]:
    return {
        field.name: _plain(field.value_from_object(row))
        for field in row._meta.concrete_fields
        if field.name not in _STAMPS
    }


def _plain(value: Any) -> Any:
    """As JSON holds it."""
    if isinstance(value, str):
        return _USER_INFO.sub("", value)
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Decimal):
        return digits(value)  # 1.5 is 1.50: nothing was changed
    return str(value)


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
