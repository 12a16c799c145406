"""Whether a row was refused for a column that this version doesn't know.

Asked by `runs/store/writer.py`. A newer Weir on another host may have upgraded the
database: an older one leaves out a column that must be filled. No request is to blame.
"""

from __future__ import annotations

import re

from django.apps import apps
from django.db import IntegrityError

_SQLITE = re.compile(r"NOT NULL constraint failed: (\w+)\.(\w+)")
_NOT_NULL = "23502"
"""PostgreSQL's code of the same."""


def wants_unknown_column(error: Exception) -> bool:
    if not isinstance(error, IntegrityError):
        return False
    table, column = _refused(error)
    return bool(column) and column not in _columns(table)


def _refused(error: IntegrityError) -> tuple[str, str]:
    """Table and column that stayed empty; "" where something else was wrong."""
    cause = error.__cause__
    if getattr(cause, "sqlstate", None) == _NOT_NULL:
        told = getattr(cause, "diag", None)
        return (
            getattr(told, "table_name", None) or "",
            getattr(told, "column_name", None) or "",
        )
    found = _SQLITE.search(str(error))
    return (found[1], found[2]) if found else ("", "")


def _columns(table: str) -> frozenset[str | None]:
    models = apps.get_models(include_auto_created=True)
    return frozenset(
        field.column
        for model in models
        if model._meta.db_table == table
        for field in model._meta.concrete_fields
    )
