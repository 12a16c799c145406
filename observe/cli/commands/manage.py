"""`weir manage …`: Django's own commands."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.management import ManagementUtility, get_commands, load_command_class

from observe import data_directory
from observe.cli.readiness import must_have_database
from observe.cli.terminal import Terminal


def act(options: dict[str, Any], terminal: Terminal) -> int:
    words = options["words"]
    if words[:1] == ["migrate"]:
        data_directory.make(settings.WEIR_DATA_DIR)
    if words and _wants_tables(words[0]):
        must_have_database()
    admin.autodiscover()  # `check` looks at its pages
    ManagementUtility(["weir manage", *words]).execute()
    return 0


def _wants_tables(name: str) -> bool:
    """As createsuperuser does: without them Django ends in a traceback."""
    app = get_commands().get(name)
    if app is None:
        return False
    return bool(load_command_class(app, name).requires_migrations_checks)
