"""Gives the space of removed rows back to the file system, while Weir serves.

SQLite: free pages are cut off in small steps, which a database made by Weir allows
(`make_file`); one from before is rewritten once, and the recorder waits for that long.
PostgreSQL: VACUUM, which makes the space free for new rows.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from django.db import OperationalError, connection

from runs.keeping.room import pragma
from runs.models import (
    Body,
    BodyPart,
    CapturedRequest,
    Conversation,
    ConversationLink,
    IndexedText,
    RequestDetail,
    Turn,
)

PAGES = 1000
"""Of 4 KiB, freed in one step."""
INCREMENTAL = 2
CHECKPOINTS = 20
TABLES = (
    *(CapturedRequest, RequestDetail, Body, BodyPart),
    *(Conversation, ConversationLink, Turn, IndexedText),
)


def make_file(path: Path) -> None:
    """Makes a new database able to shrink; it can't be said of one with tables."""
    if path.exists():
        return
    # It holds prompts and answers: for its owner alone, and so is the log beside it.
    path.touch(mode=0o600)
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA auto_vacuum = {INCREMENTAL}")
    connection.execute("VACUUM")
    connection.close()


def shrink(*, rest: float = 1.0) -> Iterator[int]:
    """Gives the bytes that are still to be freed, until there are none."""
    if connection.vendor == "postgresql":
        _vacuum_tables()
        return
    if pragma("auto_vacuum") != INCREMENTAL and pragma("freelist_count"):
        _run(f"PRAGMA auto_vacuum = {INCREMENTAL}")
        _run("VACUUM")
    while free := pragma("freelist_count"):
        began = time.monotonic()
        yield free * pragma("page_size")
        _free(PAGES)
        _run("PRAGMA wal_checkpoint(PASSIVE)")
        if pragma("freelist_count") >= free:
            break
        time.sleep((time.monotonic() - began) * rest)
    _settle()


def _settle() -> None:
    """The file itself is cut when the log has been written back to it in full."""
    for _ in range(CHECKPOINTS):
        try:
            _, logged, written = _run("PRAGMA wal_checkpoint(PASSIVE)")[0]
        except OperationalError:  # someone else is at it
            logged, written = 1, 0
        if logged == written:
            return
        time.sleep(0.1)


def _vacuum_tables() -> None:
    quote = connection.ops.quote_name
    for model in TABLES:
        _run(f"VACUUM (ANALYZE) {quote(model._meta.db_table)}")


def _run(statement: str) -> list[tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def _free(pages: int) -> None:
    connection.ensure_connection()
    # A page is freed at each step; `execute` takes only the first one.
    connection.connection.executescript(f"PRAGMA incremental_vacuum({pages})")
