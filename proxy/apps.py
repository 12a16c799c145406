"""Registers the `proxy` room with Django."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class ProxyConfig(AppConfig):
    name = "proxy"

    def ready(self) -> None:
        post_migrate.connect(after_migrate, sender=self)


def after_migrate(using: str, **_: Any) -> None:
    """Keep the triggers in place and offer new providers; also after a test's flush."""
    from proxy.setup import seed
    from proxy.table import triggers

    tables = connections[using].introspection.table_names()
    if {"proxy_routerevision", "proxy_seededprovider"} <= set(tables):
        triggers.install(connections[using])
        seed.seed_providers(using)
