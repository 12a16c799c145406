"""Database triggers that keep how many requests and turns a conversation has.

Installed by a migration and checked after each `migrate` (`runs/apps.py`), since SQLite
drops a table's triggers when a migration rebuilds the table. Whatever adds, moves or
removes rows, the counts are right in the same transaction; a list of conversations
costs the same however long they are.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db.backends.base.base import BaseDatabaseWrapper

COUNTED = (("runs_capturedrequest", "request_count"), ("runs_turn", "turn_count"))
"""A table whose rows belong to a conversation → the column that counts them."""
FILL = (
    "UPDATE runs_conversation SET {column} = (SELECT count(*) FROM {table} AS counted"
    " WHERE counted.conversation_id = runs_conversation.id)"
)

_STEP = (
    "UPDATE runs_conversation SET {column} = {column} {step} 1"
    " WHERE id = {row}.conversation_id;"
)
_SQLITE = {
    # What happens to a row → what is done then.
    "INSERT": ("NEW.conversation_id IS NOT NULL", (("+", "NEW"),)),
    "DELETE": ("OLD.conversation_id IS NOT NULL", (("-", "OLD"),)),
    "UPDATE OF conversation_id": (
        "OLD.conversation_id IS NOT NEW.conversation_id",
        (("-", "OLD"), ("+", "NEW")),
    ),
}
# Once a statement, however many rows it has: each conversation is written once.
_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION weir_keep_{column}_{event}() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE runs_conversation AS kept SET {column} = kept.{column} + found.more
    FROM (
        SELECT conversation_id, sum(one) AS more FROM ({rows}) AS changed
        WHERE conversation_id IS NOT NULL
        GROUP BY conversation_id HAVING sum(one) <> 0
    ) AS found
    WHERE kept.id = found.conversation_id;
    RETURN NULL;
END $$
"""
_POSTGRES = """
CREATE OR REPLACE TRIGGER {table}_{event}_counts AFTER {event} ON {table}
REFERENCING {tables} FOR EACH STATEMENT
EXECUTE FUNCTION weir_keep_{column}_{event}()
"""
_ADDED = ("NEW TABLE AS added", "SELECT conversation_id, 1 AS one FROM added")
_GONE = ("OLD TABLE AS gone", "SELECT conversation_id, -1 AS one FROM gone")
_POSTGRES_EVENTS = {
    "insert": (_ADDED,),
    "delete": (_GONE,),
    "update": (_ADDED, _GONE),
}


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers; harmless where they are already there."""
    statements = _of_sqlite if connection.vendor == "sqlite" else _of_postgres
    with connection.cursor() as cursor:
        for table, column in COUNTED:
            for statement in statements(table, column):
                cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers, before the columns that they write are gone."""
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        for table, _ in COUNTED:
            for event in _POSTGRES_EVENTS:
                on = "" if is_sqlite else f" ON {table}"
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_{event}_counts{on}")


def fill(connection: BaseDatabaseWrapper) -> None:
    """Count what is there; what comes meanwhile waits for this transaction."""
    with connection.cursor() as cursor:
        for table, column in COUNTED:
            cursor.execute(FILL.format(table=table, column=column))


def _of_sqlite(table: str, column: str) -> Iterator[str]:
    for event, (condition, steps) in _SQLITE.items():
        name = f"{table}_{event.split()[0].lower()}_counts"
        does = " ".join(
            _STEP.format(column=column, step=step, row=row) for step, row in steps
        )
        yield (
            f"CREATE TRIGGER IF NOT EXISTS {name} AFTER {event} ON {table}"
            f" WHEN {condition} BEGIN {does} END"
        )


def _of_postgres(table: str, column: str) -> Iterator[str]:
    for event, parts in _POSTGRES_EVENTS.items():
        tables = " ".join(named for named, _ in parts)
        rows = " UNION ALL ".join(select for _, select in parts)
        yield _POSTGRES_FUNCTION.format(column=column, event=event, rows=rows)
        yield _POSTGRES.format(table=table, column=column, event=event, tables=tables)
