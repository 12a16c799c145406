"""Empties the database after a test that committed, and keeps what belongs to it.

Django's own way writes every content type and permission again, which takes ten times
as long as the rest. They are what an installation has from its migrations: they stay.
"""

from __future__ import annotations

from django.contrib.auth.management import create_permissions
from django.contrib.contenttypes.management import create_contenttypes
from django.core.management.color import no_style
from django.core.management.sql import emit_post_migrate_signal
from django.db import connections
from django.db.models.signals import post_migrate
from django.test import TransactionTestCase

STAY = frozenset({"django_content_type", "auth_permission"})


def install() -> None:
    """For every test that commits, once the database is made."""
    permissions = f"{create_permissions.__module__}.{create_permissions.__name__}"
    assert post_migrate.disconnect(dispatch_uid=permissions)
    assert post_migrate.disconnect(create_contenttypes)
    TransactionTestCase._fixture_teardown = _empty  # type: ignore[attr-defined]


def _empty(case: TransactionTestCase) -> None:
    for alias in case._databases_names(include_mirrors=False):  # type: ignore[attr-defined]
        connection = connections[alias]
        names = connection.introspection.django_table_names(
            only_existing=True, include_views=False
        )
        emptied = [name for name in names if name not in STAY]
        connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), emptied))
        # Weir's own: triggers, views, and the providers that come with it.
        emit_post_migrate_signal(verbosity=0, interactive=False, db=alias)
