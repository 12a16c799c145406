"""The tables of words: made by a migration, below what Django's models can say.

SQLite: an FTS5 table without content, its words in two columns (`said` in order, `rest`
in none), and a list of requests whose words are still to be taken out: a table without
content can't tell them, so that waits for `purging.py`. PostgreSQL: a `tsvector` beside
each request's row, with a GIN index.

`detail=full` (the default) was chosen by measurement: 60 calls of a coding agent are
240 KB as stored; an index with places is 50 KB, without them 18 KB, but answers no
phrase. `columnsize=0`: nothing is ranked, lists are in order of time.
"""

from __future__ import annotations

from django.db import OperationalError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

ROWS = "runs_indexedtext"
WORDS = "runs_textwords"
FORGOTTEN = "runs_forgottentext"
BETWEEN = "\ue000"
"""Stands between two texts, so that no phrase goes over the edge; FTS5's `ascii`
tokenizer takes it as a word that no question has."""

_SQLITE = (
    f"CREATE VIRTUAL TABLE IF NOT EXISTS {WORDS} USING fts5("
    "said, rest, content='', columnsize=0, tokenize='ascii')",
)
_TRIGGER = (
    f"CREATE TRIGGER IF NOT EXISTS {ROWS}_gone AFTER DELETE ON {ROWS} BEGIN"
    f" INSERT OR IGNORE INTO {FORGOTTEN} (request_id) VALUES (OLD.request_id); END"
)
_POSTGRES = (
    f"ALTER TABLE {ROWS} ADD COLUMN IF NOT EXISTS document tsvector",
    # Packed even where a row is small, and merged into the index before long.
    f"ALTER TABLE {ROWS} SET (toast_tuple_target = 128)",
    f"CREATE INDEX IF NOT EXISTS {ROWS}_words ON {ROWS} USING gin (document)"
    " WITH (gin_pending_list_limit = 256)",
)


def install(database: BaseDatabaseWrapper) -> None:
    """Makes them; harmless where they are."""
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            for statement in _POSTGRES:
                cursor.execute(statement)
            return
        try:
            with transaction.atomic(using=database.alias):
                for statement in _SQLITE:
                    cursor.execute(statement)
        except OperationalError:  # this SQLite was built without FTS5
            return
        cursor.execute(_TRIGGER)


def remove(database: BaseDatabaseWrapper) -> None:
    """Before the models' tables go."""
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            cursor.execute(f"ALTER TABLE {ROWS} DROP COLUMN IF EXISTS document")
        else:
            cursor.execute(f"DROP TRIGGER IF EXISTS {ROWS}_gone")
            cursor.execute(f"DROP TABLE IF EXISTS {WORDS}")


def are_there() -> bool:
    if connection.vendor == "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM sqlite_master WHERE name = %s", [WORDS])
        return cursor.fetchone() is not None


def stored_bytes() -> int:
    """What the words take."""
    if connection.vendor == "postgresql":
        query = f"SELECT pg_total_relation_size('{ROWS}')"
    else:
        query = f"SELECT sum(length(block)) FROM {WORDS}_data"
    if not are_there():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0] or 0)
