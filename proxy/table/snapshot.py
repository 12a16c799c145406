"""The routing table in memory, fresh for every request and never in its way.

`observe/asgi.py` and `proxy/app.py` take `await snapshot.fresh()` once per request and
route by that value. An edit saved anywhere is used by the next request; a database that
is locked, slow or down changes nothing: the table at hand stays in use.
"""

from __future__ import annotations

import asyncio
import logging
import time

from django.conf import settings
from django.db import Error as DatabaseError, connections

from proxy import tasks
from proxy.exchange import Capture
from proxy.models import Provider, Route, RouteRevision, RoutingDefaults
from proxy.route import startup
from proxy.route.hosts import is_loopback
from proxy.route.rules import Fallback, RouteTable, Rule, Surroundings, build
from proxy.table import catalogue
from proxy.table.freshness import Watch, watch_for
from runs.lifecycle.keys import contentless_digests, valid_digests

log = logging.getLogger(__name__)

PATIENCE_S = 0.5
"""How long a request waits for a table that is being read again."""
LONG_PATIENCE_S = 5.0
"""How long one waits that the table at hand would refuse."""
RETRY_S = 1.0
"""Pause between attempts while the database can't be read."""


def surroundings() -> Surroundings:
    return Surroundings(
        upstream_url=settings.WEIR_UPSTREAM_URL,
        guesses_provider=settings.WEIR_GUESS_PROVIDER,
        lists_models=settings.WEIR_LIST_MODELS,
        captures_unknown=settings.WEIR_CAPTURE_UNKNOWN == "all",
        capture=Capture(settings.WEIR_CAPTURE),
        raw_files=settings.WEIR_RAW_FILES,
        proxy_hosts=tuple(settings.WEIR_PROXY_HOSTS),
        proxy_hosts_only=not is_loopback(settings.WEIR_HOST),
        connect_timeout_s=settings.WEIR_CONNECT_TIMEOUT,
        read_timeout_s=settings.WEIR_READ_TIMEOUT,
    )


def without_database() -> RouteTable:
    """Startup routes and settings only; raises BadStartupRoutes."""
    fallback = Fallback(fixes=startup_fixes() or ())
    return build(rules=startup_rules(), surroundings=surroundings(), fallback=fallback)


def load() -> RouteTable:
    """Read everything through the ORM; raises DatabaseError."""
    # The mark first: an edit between the reads makes the table look old, not new. No
    # transaction: on SQLite it would take the write lock (IMMEDIATE) and wait for it.
    mark = RouteRevision.objects.values_list("value", flat=True).first()
    providers = [provider.as_value() for provider in Provider.objects.all()]
    routes = Route.objects.active().select_related("provider").order_by("pk")
    rules = [route.as_value() for route in routes]
    fallback = _fallback()
    return build(
        providers=providers,
        rules=[*startup_rules(), *rules],
        fallback=fallback,
        surroundings=surroundings(),
        run_keys=valid_digests(),
        contentless=contentless_digests(),
        sold_by=catalogue.sold_by() if _must_guess() else {},
        revision=str(mark),
    )


def _must_guess() -> bool:
    return settings.WEIR_GUESS_PROVIDER and not settings.WEIR_UPSTREAM_URL


def startup_rules() -> tuple[Rule, ...]:
    named = startup.load(settings.WEIR_MODELS_FILE, settings.WEIR_MODELS_JSON)
    if not settings.WEIR_NOT_FOUND:
        return named
    return (*named, startup.not_found(settings.WEIR_NOT_FOUND))


def startup_fixes() -> tuple[str, ...] | None:
    return startup.load_default_fixes(
        settings.WEIR_MODELS_FILE,
        settings.WEIR_MODELS_JSON,
        settings.WEIR_DEFAULT_FIXES,
    )


class TableSnapshot:
    """One per worker process. Starts without the database, reads it when asked."""

    def __init__(self) -> None:
        self.current = without_database()
        self._watch: Watch | None = None
        self._loading: asyncio.Task[None] | None = None
        self._is_loaded = False
        self._not_before = 0.0
        self._patient_until = 0.0

    async def fresh(self) -> RouteTable:
        """The table as last saved; the old one while it can't be read."""
        if not self.is_fresh():
            await self._wait_for_load()
        return self.current

    async def awaited(self) -> RouteTable:
        """The same for who would be refused by an old one: it is waited for."""
        until = time.monotonic() + LONG_PATIENCE_S
        while not self.is_fresh() and (left := until - time.monotonic()) > 0:
            assert self._loading is not None
            await asyncio.wait({self._loading}, timeout=left)
        return self.current

    def is_fresh(self) -> bool:
        """Otherwise it is being read again."""
        if self._loading is None and self._is_stale():
            self._loading = tasks.spawn(self._load(), "read routes")
            self._patient_until = time.monotonic() + PATIENCE_S
        return self._loading is None

    def _is_stale(self) -> bool:
        if time.monotonic() < self._not_before:
            return False
        if self._watch is None:
            self._watch = watch_for()
        known = self.current.revision if self._is_loaded else None
        return self._watch.changed(known) or not self._is_loaded

    async def _wait_for_load(self) -> None:
        assert self._loading is not None
        # Many requests wait for one load; when it hangs, later ones don't wait at all.
        patience = self._patient_until - time.monotonic()
        if patience > 0:
            await asyncio.wait({self._loading}, timeout=patience)

    async def _load(self) -> None:
        try:
            self.current = await asyncio.to_thread(_load_in_thread)
            self._is_loaded = True
        except DatabaseError as error:
            self._not_before = time.monotonic() + RETRY_S
            self._is_loaded = False
            log.warning("routes can't be read, the last known ones stay: %s", error)
        finally:
            self._loading = None

    def close(self) -> None:
        if self._watch is not None:
            self._watch.close()
            self._watch = None


def _load_in_thread() -> RouteTable:
    try:
        return load()
    finally:
        # A pool thread's connection would stay open for good.
        connections.close_all()


def _fallback() -> Fallback:
    row = RoutingDefaults.objects.select_related("provider").first()
    fixes = startup_fixes()
    if row is None:
        return Fallback(fixes=fixes or ())
    return Fallback(
        provider=row.provider.slug if row.provider else "",
        model=row.model,
        enabled=row.enabled,
        fixes=tuple(row.fixes or ()) if fixes is None else fixes,
    )
