"""A database that a newer Weir has upgraded: told, and left alone.

Asked by `observe/cli/readiness.py` and `observe/cli/commands/prepare.py` before a verb
works on it, and by `observe/doctor/database.py`.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from observe.problem import Problem

APPS = ("runs", "proxy", "pricing")
HINT = (
    "Use that version of Weir, or a backup from before the upgrade; WEIR_DATA_DIR and"
    " DATABASE_URL say which database is used."
)


def must_not_be_newer() -> None:
    if unknown := unknown_migrations():
        raise Problem(sentence(unknown), hint=HINT)


def sentence(unknown: list[str]) -> str:
    return (
        f"A newer Weir has upgraded this database ({unknown[0]} isn't known to this"
        " version)."
    )


def unknown_migrations() -> list[str]:
    """`app.name` of each that was applied here and isn't part of this code."""
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(
        f"{app}.{name}"
        for app, name in applied
        if app in APPS and name not in _known(app)
    )


def _known(app: str) -> set[str]:
    """By their files: loading them would cost each command a moment."""
    folder = Path(str(import_module(app).__file__)).parent / "migrations"
    return {file.stem for file in folder.glob("[0-9]*.py*")}
