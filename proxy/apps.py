"""Registers the `proxy` room with Django."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

from runs.record import Side

if TYPE_CHECKING:
    from proxy.wire.base import Message


class ProxyConfig(AppConfig):
    name = "proxy"

    def ready(self) -> None:
        from runs.bodies import dialects  # it reads tables, which are known only now

        dialects.read_by(read_talk)
        post_migrate.connect(after_migrate, sender=self)


def read_talk(
    wire_format: str, side: Side, body: bytes, status: int, content_type: str
) -> Sequence[Message]:
    """For exports that tell requests as a talk: dialects are known here."""
    from proxy.wire import format_named

    form = format_named(wire_format)
    if side is Side.REQUEST:
        return form.read_messages(body)
    reader = form.reader(status, content_type)
    reader.feed(body)
    told = reader.finish().message
    return (told,) if told else ()


def after_migrate(using: str, **_: Any) -> None:
    """Keep the triggers in place and offer new providers; also after a test's flush."""
    from proxy.setup import seed
    from proxy.table import triggers

    tables = connections[using].introspection.table_names()
    if {"proxy_routerevision", "proxy_seededprovider"} <= set(tables):
        triggers.install(connections[using])
        seed.seed_providers(using)
