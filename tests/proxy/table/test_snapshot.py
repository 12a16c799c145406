from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from proxy.models import Provider, Route, RoutingDefaults
from proxy.route.rules import RouteTable
from proxy.table.snapshot import (
    PATIENCE_S,
    TableSnapshot,
    load,
    without_database,
)

pytestmark = pytest.mark.django_db(transaction=True)

# What another program would do: plain SQL, none of our code.
_ELSEWHERE = """
import json, sys
vendor, where, statement = json.loads(sys.argv[1])
if vendor == "sqlite":
    import sqlite3
    with sqlite3.connect(where) as connection:
        connection.execute(statement)
    connection.close()
else:
    import psycopg
    with psycopg.connect(**where) as connection:
        connection.execute(statement)
"""


def edit_in_another_process(statement: str) -> None:
    where: Any = str(connection.settings_dict["NAME"])
    if connection.vendor == "postgresql":
        names = ("host", "port", "dbname", "user", "password")
        known = connection.get_connection_params()
        where = {name: known[name] for name in names if known.get(name)}
    argument = json.dumps([connection.vendor, where, statement])
    subprocess.run(
        [sys.executable, "-c", _ELSEWHERE, argument], check=True, timeout=120
    )


def with_snapshot(use: Callable[[TableSnapshot], Awaitable[None]]) -> None:
    async def run() -> None:
        snapshot = TableSnapshot()
        try:
            await use(snapshot)
        finally:
            snapshot.close()

    asyncio.run(run())


async def edited(snapshot: TableSnapshot, edit: Callable[[], Any]) -> None:
    await asyncio.to_thread(edit)
    if connection.vendor == "postgresql":
        await asyncio.sleep(0.2)  # until the notification has come


def close_thread_connection(edit: Callable[[], Any]) -> Callable[[], Any]:
    def run() -> None:
        try:
            edit()
        finally:
            connection.close()

    return run


def test_an_edit_in_another_process_is_used_by_the_next_request() -> None:
    async def use(snapshot: TableSnapshot) -> None:
        assert (await snapshot.fresh()).providers["openai"].active
        off = "UPDATE proxy_provider SET active = false WHERE slug = 'openai'"
        await edited(snapshot, lambda: edit_in_another_process(off))
        assert not (await snapshot.fresh()).providers["openai"].active
        gone = "DELETE FROM proxy_provider WHERE slug = 'groq'"
        await edited(snapshot, lambda: edit_in_another_process(gone))
        assert b"groq" not in (await snapshot.fresh()).slugs

    with_snapshot(use)


@pytest.mark.parametrize(
    ("edit", "shows"),
    [
        (
            lambda: Route.objects.create(match="m", upstream_url="http://x.example"),
            lambda table: table.rule_for("m"),
        ),
        (
            lambda: Route.objects.bulk_create(
                [Route(match="b*", kind="prefix", upstream_url="http://x.example")]
            ),
            lambda table: table.models.beginnings,
        ),
        (
            lambda: Provider.objects.filter(slug="xai").update(
                base_url="http://x.example"
            ),
            lambda table: table.providers["xai"].base_url == "http://x.example",
        ),
        (
            lambda: Provider.objects.filter(slug="xai").delete(),
            lambda table: "xai" not in table.providers,
        ),
        (
            lambda: RoutingDefaults(
                enabled=True, provider=Provider.objects.get(slug="groq")
            ).save(),
            lambda table: table.fallback.provider == "groq",
        ),
    ],
)
def test_every_kind_of_edit_is_noticed(
    edit: Callable[[], Any], shows: Callable[[Any], Any]
) -> None:
    async def use(snapshot: TableSnapshot) -> None:
        assert not shows(await snapshot.fresh())
        await edited(snapshot, close_thread_connection(edit))
        assert shows(await snapshot.fresh())

    with_snapshot(use)


def test_other_writes_do_not_make_it_read_again() -> None:
    async def use(snapshot: TableSnapshot) -> None:
        await snapshot.fresh()
        if connection.vendor == "postgresql":
            await asyncio.sleep(0.5)  # the listener marks its start as a change
        before = await snapshot.fresh()
        other = "INSERT INTO proxy_seededprovider (slug) VALUES ('someone')"
        await edited(snapshot, lambda: edit_in_another_process(other))
        assert await snapshot.fresh() is before

    with_snapshot(use)


def test_many_requests_at_once_read_the_table_once() -> None:
    async def use(snapshot: TableSnapshot) -> None:
        tables = await asyncio.gather(*(snapshot.fresh() for _ in range(50)))
        assert len({id(table) for table in tables}) == 1
        assert tables[0].revision is not None

    with_snapshot(use)


@contextmanager
def write_lock() -> Iterator[None]:
    """Somebody writes, and takes their time."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("BEGIN IMMEDIATE")
        else:
            cursor.execute("BEGIN")
            cursor.execute("LOCK TABLE proxy_provider IN EXCLUSIVE MODE")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def test_a_locked_database_holds_no_request_up() -> None:
    async def use(snapshot: TableSnapshot) -> None:
        started = time.monotonic()
        assert "openai" in (await snapshot.fresh()).providers
        assert time.monotonic() - started < 2

    with write_lock():
        with_snapshot(use)


AWAY = "ALTER TABLE proxy_route RENAME TO proxy_route_away"
BACK = "ALTER TABLE proxy_route_away RENAME TO proxy_route"


@contextmanager
def broken_database() -> Iterator[None]:
    """The routes can't be read, whatever the reason."""
    edit_in_another_process(AWAY)
    try:
        yield
    finally:
        edit_in_another_process(BACK)


def test_without_a_database_startup_routes_and_settings_work(
    settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "models.json"
    route = {"model": "m", "upstream_url": "http://up.example/v1"}
    file.write_text(json.dumps([route]))
    settings.WEIR_MODELS_FILE = str(file)

    async def use(snapshot: TableSnapshot) -> None:
        assert snapshot.current.rules[0].source == "startup"
        table = await snapshot.fresh()
        assert (table.revision, [rule.match for rule in table.rules]) == (None, ["m"])

    with broken_database():
        with_snapshot(use)
    assert "can't be read" in caplog.text


def test_a_database_that_fails_later_leaves_the_table_and_is_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def use(snapshot: TableSnapshot) -> None:
        before = await snapshot.fresh()
        off = "UPDATE proxy_provider SET active = false WHERE slug = 'openai'"
        await edited(snapshot, lambda: edit_in_another_process(AWAY))
        await edited(snapshot, lambda: edit_in_another_process(off))
        assert await snapshot.fresh() is before
        await edited(snapshot, lambda: edit_in_another_process(BACK))
        await asyncio.sleep(1.1)  # RETRY_S
        assert not (await snapshot.fresh()).providers["openai"].active

    with_snapshot(use)
    assert "can't be read" in caplog.text


def test_startup_routes_come_before_those_of_the_database(
    settings: Any, tmp_path: Path
) -> None:
    settings.WEIR_MODELS_JSON = json.dumps(
        [{"model": "m", "upstream_url": "http://startup.example/v1"}]
    )
    Route.objects.create(match="m", priority=1, upstream_url="http://db.example")
    found = load().rule_for("m")
    assert found is not None
    assert found.upstream_url == "http://startup.example/v1"


def test_inactive_routes_are_not_loaded() -> None:
    Route.objects.create(match="m", upstream_url="http://x.example", active=False)
    assert load().rule_for("m") is None


def test_the_settings_are_in_the_table(settings: Any) -> None:
    settings.WEIR_UPSTREAM_URL = "http://mine.example/v1"
    settings.WEIR_GUESS_PROVIDER = False
    settings.WEIR_CAPTURE_UNKNOWN = "all"
    settings.WEIR_HOST = "0.0.0.0"
    settings.WEIR_PROXY_HOSTS = ("a.example",)
    table = without_database()
    assert (table.upstream_url, table.guesses_provider) == (
        *("http://mine.example/v1", False),
    )
    assert table.captures_unknown
    assert (table.proxy_hosts, table.proxy_hosts_only) == (("a.example",), True)


def test_asking_for_a_fresh_table_takes_microseconds() -> None:
    async def use(snapshot: TableSnapshot) -> None:
        await snapshot.fresh()
        await asyncio.sleep(0.3)
        await snapshot.fresh()
        runs = 5000
        started = time.thread_time()
        for _ in range(runs):
            await snapshot.fresh()
        assert (time.thread_time() - started) / runs < 50e-6  # measured 4 µs

    with_snapshot(use)


def test_who_would_be_refused_by_an_old_table_waits_for_the_new_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def slow() -> RouteTable:
        time.sleep(PATIENCE_S + 0.3)
        return load()

    async def use(snapshot: TableSnapshot) -> None:
        monkeypatch.setattr("proxy.table.snapshot.load", slow)
        assert "openai" not in (await snapshot.fresh()).providers
        assert "openai" in (await snapshot.awaited()).providers

    with_snapshot(use)
