"""What stands ready before a verb does its work: nothing, Django, or the database.

Called by `observe/cli/main.py` after the arguments were read, so that a bad flag and
`--help` cost no Django.
"""

from __future__ import annotations

import os
from pathlib import Path

from observe import data_directory
from observe.cli.verbs import Needs
from observe.problem import Problem


def provide(needs: Needs) -> None:
    if needs is Needs.NOTHING:
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "observe.settings")
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()
    if needs is Needs.DATABASE:
        must_have_database()


def must_have_database() -> None:
    """SQLite would make an empty file, wherever the command happens to be called."""
    from django.db import connection

    from observe.newer_database import must_not_be_newer

    if connection.vendor == "sqlite":
        _must_have_file()
    must_not_be_newer()


def _must_have_file() -> None:
    from django.db import connection

    file = Path(connection.settings_dict["NAME"])
    if not file.exists() or not file.stat().st_size:
        # `weir serve` could make none there either.
        data_directory.must_be_usable(file.parent)
        raise Problem(
            f"There is no database at {file} yet.",
            hint="`weir serve` makes it, or `weir prepare` without serving; "
            "WEIR_DATA_DIR names another directory.",
        )
