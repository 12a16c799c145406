from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from proxy.table.freshness import SqliteWatch


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "w e?ir%.sqlite3"  # a path that a URI would misread unquoted
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE proxy_routerevision (id, value)")
        connection.execute("CREATE TABLE other (id)")
        connection.execute("INSERT INTO proxy_routerevision VALUES (1, 7)")
        connection.commit()
    return path


@pytest.fixture
def watch(database: Path) -> Iterator[SqliteWatch]:
    found = SqliteWatch(str(database))
    yield found
    found.close()


def write(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


MARK = "UPDATE proxy_routerevision SET value = 8"


def test_a_new_mark_is_a_change_until_it_is_known(
    watch: SqliteWatch, database: Path
) -> None:
    assert watch.changed(None)
    assert not watch.changed("7")
    write(database, MARK)
    assert watch.changed("7")
    assert watch.changed("7")  # the load failed: asked again, said again
    assert not watch.changed("8")


def test_other_commits_are_no_change(watch: SqliteWatch, database: Path) -> None:
    assert not watch.changed("7")
    write(database, "INSERT INTO other VALUES (1)")
    assert not watch.changed("7")


def test_a_writer_that_holds_the_lock_is_not_waited_for(
    watch: SqliteWatch, database: Path
) -> None:
    with closing(sqlite3.connect(database)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute(MARK)
        assert not watch.changed("7")
        writer.commit()
    assert watch.changed("7")


def test_a_missing_database_is_no_change_and_is_found_when_it_comes(
    tmp_path: Path, database: Path
) -> None:
    later = tmp_path / "later.sqlite3"
    watch = SqliteWatch(str(later))
    assert not watch.changed("7")
    assert not later.exists()  # looking must not make one
    with closing(sqlite3.connect(later)) as connection:
        connection.execute("CREATE TABLE proxy_routerevision (id, value)")
        connection.execute("INSERT INTO proxy_routerevision VALUES (1, 9)")
        connection.commit()
    assert watch.changed("7")
    watch.close()
