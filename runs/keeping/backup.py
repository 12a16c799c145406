"""A copy of the SQLite database while Weir serves; `weir backup` calls it.

The copy is of one moment: a read transaction holds it, and in WAL mode the recorder
writes on. It appears under its name only when it is whole and checked.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from django.db import connection

PAGES = 4096
"""Copied at once: 16 MiB."""

Progress = Callable[[int, int], None]
"""Called with the pages that are done, and all of them."""


class NoBackup(Exception):
    """Why there is none; str() is for users."""


def back_up(file: Path, progress: Progress, *, force: bool = False) -> int:
    """Gives the size of the copy in bytes."""
    if connection.vendor != "sqlite":
        raise NoBackup(
            "This database is PostgreSQL, which has its own tool: "
            'pg_dump --format=custom --file FILE "$DATABASE_URL"'
        )
    if file.exists() and not force:
        raise NoBackup(f"{file} is there already; --force replaces it.")
    partial = file.with_name(f"{file.name}.partial")
    try:
        _copy(partial, progress)
        os.replace(partial, file)
    except (OSError, sqlite3.Error) as error:
        raise NoBackup(f"{file} could not be written: {error}") from error
    finally:
        partial.unlink(missing_ok=True)
    return file.stat().st_size


def _copy(partial: Path, progress: Progress) -> None:
    partial.unlink(missing_ok=True)
    # It holds prompts and answers: for its owner alone.
    partial.touch(mode=0o600)
    source = sqlite3.connect(
        f"{Path(connection.settings_dict['NAME']).absolute().as_uri()}?mode=ro",
        uri=True,
        isolation_level=None,
    )
    target = sqlite3.connect(partial)
    try:
        # Without a transaction of its own, each write meanwhile would begin it anew.
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        source.backup(
            target,
            pages=PAGES,
            progress=lambda _, left, pages: progress(pages - left, pages),
            sleep=0,
        )
        _check(target)
    finally:
        target.close()
        source.close()


def _check(target: sqlite3.Connection) -> None:
    # One file, whatever was in the log beside the original.
    target.execute("PRAGMA journal_mode = DELETE")
    answer = target.execute("PRAGMA quick_check(1)").fetchone()[0]
    if answer != "ok":
        raise NoBackup(f"The copy is not sound, because the database isn't: {answer}")
