"""Database triggers that renew `PriceRevision` when a price changes, by whatever hand.

Installed by a migration. SQLite forgets triggers when Django remakes a table: a later
migration that alters one of `TABLES` ends with `install` again (a test tells).
"""

from __future__ import annotations

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLES = ("pricing_modelprice", "pricing_pricetier", "pricing_priceprovider")
EVENTS = ("insert", "update", "delete")

_SQLITE = """
CREATE TRIGGER IF NOT EXISTS {table}_{event}_revises AFTER {event} ON {table} BEGIN
    INSERT INTO pricing_pricerevision (id, token) VALUES (1, random())
    ON CONFLICT (id) DO UPDATE SET token = excluded.token;
END
"""
_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION pricing_revise() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO pricing_pricerevision (id, token)
    VALUES (1, ((random() - 0.5) * 9e15)::bigint)
    ON CONFLICT (id) DO UPDATE SET token = excluded.token;
    RETURN NULL;
END $$
"""
# Per statement: a refresh of thousands of rows renews the token a few times only.
_POSTGRES = """
CREATE OR REPLACE TRIGGER {table}_revises
AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION pricing_revise()
"""


def install(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create the triggers; harmless where they are already there."""
    for statement in _statements(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)


def _statements(vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [
            _SQLITE.format(table=table, event=event)
            for table in TABLES
            for event in EVENTS
        ]
    if vendor == "postgresql":
        return [
            _POSTGRES_FUNCTION,
            *(_POSTGRES.format(table=table) for table in TABLES),
        ]
    raise NotImplementedError(f"Weir runs on SQLite and PostgreSQL, not on {vendor}.")


def uninstall(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop them again, for a migration backwards."""
    vendor = schema_editor.connection.vendor
    for table in TABLES:
        if vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_revises ON {table}")
            continue
        for event in EVENTS:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_{event}_revises")
