"""The indexes that runs' figures are read from, and nothing but them.

Installed by migrations. That of a run's statistics, on SQLite only: PostgreSQL groups
by hashing and needs none, and its index rows may not be as long as four names can get.
It begins with the keys by which `queries.groups` groups, in their order, so that
nothing is sorted: 100,000 requests take a third of the time.

That of durations gives a percentile by its place, without the rest (`totals.py`).

MARK is a condition that every row meets and only these queries name: the database would
otherwise take these for lists, too, and sort what another one gives in order.
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
DURATIONS = "request_run_durations"
_OF_DURATIONS = (
    f"CREATE INDEX IF NOT EXISTS {DURATIONS} ON {TABLE}"
    ' ("run_id", "is_success", "duration_ms", "tool_call_count")'
    ' WHERE "run_id" IS NOT NULL AND "tool_call_count" >= 0'
)


def install(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create them; harmless where they are already there."""
    schema_editor.execute(_OF_DURATIONS, params=None)
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
    for name in (NAME, DURATIONS):
        schema_editor.execute(f"DROP INDEX IF EXISTS {name}", params=None)
