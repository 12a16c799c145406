"""Registers the `runs` room with Django."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.signals import post_migrate, pre_migrate


class RunsConfig(AppConfig):
    name = "runs"

    def ready(self) -> None:
        from runs.filters.full_text import FULL_TEXT
        from runs.text import search

        pre_migrate.connect(before_migrate, sender=self)
        post_migrate.connect(after_migrate, sender=self)
        FULL_TEXT.search, FULL_TEXT.why_not = search.condition, search.why_not


def before_migrate(using: str, plan: list[Any], **_: Any) -> None:
    """A table can't be rebuilt below a view."""
    from runs.models import views

    if plan:
        views.drop(connections[using])


def after_migrate(using: str, **_: Any) -> None:
    """Keep what hangs on tables in place: a rebuilt one has lost its triggers."""
    from runs.models import counting, run_stamp, run_sum, views
    from runs.text import tables

    connection = connections[using]
    with connection.cursor() as cursor:
        introspection = connection.introspection
        there = introspection.table_names(cursor)
        if "runs_conversation" not in there:
            return
        columns = introspection.get_table_description(cursor, "runs_conversation")
    if "turn_count" in {column.name for column in columns}:
        counting.install(connection)
    if "runs_runstamp" in there:
        run_stamp.install(connection)
    if "runs_runsum" in there:
        run_sum.install(connection)
    if tables.ROWS in there:
        tables.install(connection)
    if _is_whole(connection):
        views.install(connection)


def _is_whole(connection: BaseDatabaseWrapper) -> bool:
    """Every migration of the room was applied."""
    done = MigrationRecorder(connection).applied_migrations()
    files = (Path(__file__).parent / "migrations").glob("[0-9]*.py")
    return all(("runs", file.stem) in done for file in files)
