"""Database triggers that mark every change of routing or run keys, whoever makes it.

Installed by the first migration and checked after each `migrate`, since SQLite drops
a table's triggers when a migration rebuilds the table. `proxy/table/freshness.py`
watches the mark: SQLite by polling, PostgreSQL by NOTIFY.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

TABLES = (
    "proxy_provider",
    "proxy_route",
    "proxy_routingdefaults",
    "runs_runkey",
)
CHANNEL = "weir_routes"

# A random value, not a counter: after a flush a counter could repeat itself.
_SQLITE_MARK = (
    "INSERT INTO proxy_routerevision (id, value) VALUES (1, random()) "
    "ON CONFLICT (id) DO UPDATE SET value = excluded.value"
)
_POSTGRES_FUNCTION = f"""
CREATE OR REPLACE FUNCTION weir_mark_routes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO proxy_routerevision (id, value)
    VALUES (1, (random() * 9000000000000000000)::bigint)
    ON CONFLICT (id) DO UPDATE SET value = excluded.value;
    PERFORM pg_notify('{CHANNEL}', '');
    RETURN NULL;
END $$
"""


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers that are missing, on the tables that there are."""
    present = set(connection.introspection.table_names())
    tables = [table for table in TABLES if table in present]
    for statement in _statements(connection.vendor, tables):
        with connection.cursor() as cursor:
            cursor.execute(statement)


def _statements(vendor: str, tables: list[str]) -> list[str]:
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER IF NOT EXISTS {table}_{verb.lower()}_mark "
            f"AFTER {verb} ON {table} BEGIN {_SQLITE_MARK}; END"
            for table in tables
            for verb in ("INSERT", "UPDATE", "DELETE")
        ]
    if vendor == "postgresql":
        return [
            _POSTGRES_FUNCTION,
            *(
                f"CREATE OR REPLACE TRIGGER {table}_mark AFTER INSERT OR UPDATE OR "
                f"DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT "
                "EXECUTE FUNCTION weir_mark_routes()"
                for table in tables
            ),
        ]
    return []
