"""The tables of words: made by a migration, below what Django's models can say.

SQLite: an FTS5 table without content, its words in two columns (`said` in order, `rest`
in none), and a list of requests whose words are still to be taken out: a table without
content can't tell them, so that waits for `purging.py`. PostgreSQL: the words of each
request in order, and a GIN index of them.

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
LOST = "runs_losttext"
PART_BITS = 40
"""SQLite: of a row's id, those of its request; above them, which part of its words."""
REQUESTS = (1 << PART_BITS) - 1
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
LEXEMES = "runs_lexemes(said, rest)"
"""PostgreSQL: what a row is indexed by."""
_FUNCTION = r"""
    CREATE OR REPLACE FUNCTION runs_lexemes(said text, rest text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
        SELECT array_to_tsvector(array_remove(
            string_to_array(string_agg(piece, ' ') FILTER (WHERE place % 2 = 0), ' ')
            || string_to_array(translate(
                string_agg(piece, '') FILTER (WHERE place % 2 = 1), E'\n', ''), NULL),
            ''))
        FROM unnest(string_to_array(said || E'\n' || rest, ' '))
            WITH ORDINALITY AS it (piece, place)
    $$
"""
"""See `coding.py`: each second piece is a word, the others are a word a character."""
_POSTGRES = (
    f"ALTER TABLE {ROWS} ADD COLUMN IF NOT EXISTS said text NOT NULL DEFAULT ''",
    f"ALTER TABLE {ROWS} ADD COLUMN IF NOT EXISTS rest text NOT NULL DEFAULT ''",
    _FUNCTION,
    # Packed even where a row is small, and in the row itself.
    f"ALTER TABLE {ROWS} SET (toast_tuple_target = 128)",
    f"ALTER TABLE {ROWS} ALTER said SET STORAGE MAIN, ALTER rest SET STORAGE MAIN",
    f"CREATE INDEX IF NOT EXISTS {ROWS}_words ON {ROWS} USING gin ({LEXEMES})"
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
            cursor.execute(f"DROP INDEX IF EXISTS {ROWS}_words")
            cursor.execute("DROP FUNCTION IF EXISTS runs_lexemes(text, text)")
            cursor.execute(f"ALTER TABLE {ROWS} DROP COLUMN IF EXISTS said")
            cursor.execute(f"ALTER TABLE {ROWS} DROP COLUMN IF EXISTS rest")
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
