"""Registers the `runs` room with Django."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class RunsConfig(AppConfig):
    name = "runs"

    def ready(self) -> None:
        post_migrate.connect(after_migrate, sender=self)


def after_migrate(using: str, **_: Any) -> None:
    """Keep the triggers in place that a table lost when it was rebuilt."""
    from runs.models import counting
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
    if tables.ROWS in there:
        tables.install(connection)
