"""The index that SQLite reads a run's statistics from, and nothing but it.

Installed by a migration, on SQLite only: PostgreSQL groups by hashing and needs none,
and its index rows may not be as long as four names can get. It begins with the keys by
which `statistics_queries.groups` groups, in their order, so that nothing is sorted:
100,000 requests take a third of the time.

MARK is a condition that every row meets and only these queries name: SQLite would
otherwise take this index for lists, too, and sort what another one gives in order.
SQLite forgets it when Django remakes the table: a later migration that alters captured
requests ends with `install` again (a test tells). One that adds a column to COLUMNS
calls `remove` first.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

NAME = "request_statistics"
TABLE = "runs_capturedrequest"
MARK = '"runs_capturedrequest"."tool_call_count" >= 0'
COLUMNS = (
    *("run_id", "model", "provider", "endpoint", "status", "outcome", "is_success"),
    *("error_code", "started_at", "duration_ms", "ttft_ms", "ttfo_ms"),
    *("output_tokens_per_s", "input_tokens", "cache_read_tokens"),
    *("cache_write_5m_tokens", "cache_write_1h_tokens", "output_tokens"),
    *("reasoning_tokens", "total_tokens", "cost_usd"),
    *("tool_call_count", "is_stream", "has_tool_calls", "has_images", "is_slow"),
    *("is_large", "is_cut", "is_unpriced"),
)


def install(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create it; harmless where it is already there."""
    if schema_editor.connection.vendor != "sqlite":
        return
    columns = ", ".join(f'"{column}"' for column in _there(schema_editor))
    schema_editor.execute(
        f"CREATE INDEX IF NOT EXISTS {NAME} ON {TABLE} ({columns})"
        ' WHERE "run_id" IS NOT NULL AND "tool_call_count" >= 0',
        params=None,
    )


def _there(schema_editor: BaseDatabaseSchemaEditor) -> list[str]:
    """The columns that the table has at this step of the migrations."""
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        found = connection.introspection.get_table_description(cursor, TABLE)
    names = {column.name for column in found}
    return [column for column in COLUMNS if column in names]


def remove(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    schema_editor.execute(f"DROP INDEX IF EXISTS {NAME}", params=None)
