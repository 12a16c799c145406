"""What a database says is told as what it is, and never in the driver's own words."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.db import InternalError, OperationalError, connection, transaction
from django.test import Client

from observe import database_trouble
from runs.models import SavedView

PREPARE = "not of this version of Weir"


def locked(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with closing(sqlite3.connect(path, timeout=0)) as file:
            file.execute("INSERT INTO t VALUES (1)")


def full(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA max_page_count = 2")
        file.execute("INSERT INTO t VALUES (zeroblob(100000))")


def read_only(path: Path) -> None:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as file:
        file.execute("INSERT INTO t VALUES (1)")


def not_there(path: Path) -> None:
    sqlite3.connect(f"file:{path}/no/folder?mode=rw", uri=True)


def unknown_column(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.execute("SELECT secret FROM t")


@pytest.mark.parametrize(
    ("fail", "said"),
    [
        (locked, "The database is locked: try again soon."),
        (full, "There is no room left where the database is"),
        (read_only, "is read-only"),
        (not_there, "can't be opened"),
        (unknown_column, PREPARE),
    ],
)
def test_sqlite_tells_what_ails_it(
    fail: Callable[[Path], None], said: str, tmp_path: Path
) -> None:
    path = tmp_path / "file.db"
    with closing(sqlite3.connect(path)) as file:
        file.execute("CREATE TABLE t (a)")
    with pytest.raises(sqlite3.OperationalError) as refused:
        fail(path)
    told = database_trouble.sentence(wrapped(refused.value))
    assert said in told
    assert "secret" not in told
    assert str(tmp_path) not in told


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (psycopg.errors.DiskFull("could not extend file"), "There is no room left"),
        (psycopg.errors.LockNotAvailable("lock timeout"), "The database is locked"),
        (psycopg.errors.DeadlockDetected("deadlock"), "The database is locked"),
        (psycopg.errors.QueryCanceled("timeout"), "took too long"),
        (psycopg.errors.TooManyConnections("sorry"), "no connection left"),
        (psycopg.errors.AdminShutdown("going down"), "can't be reached"),
        (psycopg.errors.InvalidPassword("for user me"), "refuses Weir's account"),
        (psycopg.OperationalError("connection to db.corp refused"), "can't be reached"),
        (psycopg.errors.ReadOnlySqlTransaction("cannot INSERT"), "is read-only"),
        # What `weir prepare` can't make.
        (psycopg.OperationalError('database "x" does not exist'), "can't be reached"),
        (psycopg.errors.IoError("could not read block"), "Weir's log says why"),
        (ValueError("what nobody knows"), "Weir's log says why"),
        (psycopg.errors.UndefinedTable('relation "x" does not exist'), PREPARE),
    ],
)
def test_postgresql_tells_what_ails_it(error: Exception, said: str) -> None:
    told = database_trouble.sentence(wrapped(error))
    assert said in told
    assert "db.corp" not in told


def wrapped(error: Exception) -> OperationalError:
    """As Django raises what a driver did."""
    try:
        raise OperationalError(*error.args) from error
    except OperationalError as caught:
        return caught


@pytest.mark.django_db(transaction=True)
def test_a_column_that_is_missing_is_told_by_api_and_page() -> None:
    """Whichever database it is: one says that it can't, the other that we may not."""
    asked = Client(raise_request_exception=False, headers={"host": "127.0.0.1:8080"})
    table = connection.ops.quote_name(SavedView._meta.db_table)
    rename = f"ALTER TABLE {table} RENAME COLUMN name TO other"
    with connection.cursor() as cursor:
        cursor.execute(rename)
    try:
        told = asked.get("/api/views")
        page = asked.get("/requests", headers={"accept": "text/html"})
    finally:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} RENAME COLUMN other TO name")
    assert told.status_code == page.status_code == 503
    assert told.json()["error"]["code"] == "DATABASE_UNAVAILABLE"
    assert PREPARE in told.json()["error"]["message"]
    assert PREPARE in page.content.decode()


@pytest.mark.django_db
def test_a_postgresql_that_is_read_only_is_told_by_api_and_page() -> None:
    refused = InternalError("cannot execute UPDATE in a read-only transaction")
    refused.__cause__ = psycopg.errors.ReadOnlySqlTransaction()

    def no(*_: object) -> object:
        raise refused

    asked = Client(raise_request_exception=False, headers={"host": "127.0.0.1:8080"})
    with connection.execute_wrapper(no):
        told = asked.get("/api/views")
        page = asked.get("/requests", headers={"accept": "text/html"})
    assert told.status_code == page.status_code == 503
    assert "is read-only" in told.json()["error"]["message"]
    assert "is read-only" in page.content.decode()
