"""What stands ready before a verb does its work: nothing, Django, or the database.

Called by `observe/cli/main.py` after the arguments were read, so that a bad flag and
`--help` cost no Django.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from observe import data_directory
from observe.cli.verbs import Needs, Verb
from observe.problem import Problem
from observe.remote.address import is_named


def needed(verb: Verb, options: Mapping[str, Any]) -> Needs:
    """Of one that works on the data directory: none where a server is named."""
    may_ask = verb.needs is Needs.DATABASE and "server" in options
    is_elsewhere = may_ask and is_named(options, os.environ)
    return Needs.SETTINGS if is_elsewhere else verb.needs


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
