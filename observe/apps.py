"""Registers the `observe` room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ObserveConfig(AppConfig):
    name = "observe"

    def ready(self) -> None:
        from observe import checks  # noqa: F401 - registers the system checks
