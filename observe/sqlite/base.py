"""Django's SQLite, whose schema editor checks no more references than it may break.

Django's own checks those of the whole database behind each migration, also behind one
that adds an empty table: on 5,000,000 requests a third of a minute each time. What was
changed is told by SQLite itself (`touched.py`); only what that may have broken is
looked through. The settings name this package as the engine.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3.schema import DatabaseSchemaEditor as OwnOfDjango

from observe.sqlite.touched import Touched


class DatabaseSchemaEditor(OwnOfDjango):
    connection: DatabaseWrapper

    def __enter__(self) -> Self:
        editor = super().__enter__()
        self.connection.touched = Touched(self.connection.connection)
        return editor

    def __exit__(self, *raised: Any) -> None:
        try:
            super().__exit__(*raised)  # asks the connection for its check
        finally:
            touched, self.connection.touched = self.connection.touched, None
            if touched:
                touched.end()


class DatabaseWrapper(base.DatabaseWrapper):
    SchemaEditorClass = DatabaseSchemaEditor
    touched: Touched | None = None
    """While a schema editor is at work."""

    def check_constraints(self, table_names: Iterable[str] | None = None) -> None:
        if table_names is None and self.touched:
            table_names = self.touched.to_check()
        super().check_constraints(table_names)
