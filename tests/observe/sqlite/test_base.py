"""Behind a migration the references are looked through that it may have broken."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

pytestmark = pytest.mark.django_db

TABLES = (
    "CREATE TABLE parent (id integer PRIMARY KEY, name text)",
    "CREATE TABLE child (id integer PRIMARY KEY, parent_id REFERENCES parent (id))",
    "CREATE TABLE other (id integer PRIMARY KEY, child_id REFERENCES child (id))",
    "CREATE TRIGGER gone AFTER UPDATE OF name ON parent WHEN NEW.name = 'gone'"
    " BEGIN DELETE FROM child; END",
    "INSERT INTO parent VALUES (1, 'one')",
    "INSERT INTO child VALUES (2, 1)",
    "INSERT INTO other VALUES (3, 2)",
)
REMADE = (
    "CREATE TABLE new__parent (id integer PRIMARY KEY, name text)",
    "INSERT INTO new__parent SELECT id + {0}, name FROM parent",
    "DROP TABLE parent",
    "ALTER TABLE new__parent RENAME TO parent",
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[BaseDatabaseWrapper]:
    settings = {"ENGINE": "observe.sqlite", "NAME": tmp_path / "a.sqlite3"}
    found = ConnectionHandler({"default": {}, "scratch": settings})["scratch"]
    connections["scratch"] = found  # where a transaction looks for it
    with found.cursor() as cursor:
        for each in TABLES:
            cursor.execute(each)
    yield found
    found.close()
    del connections["scratch"]


def checked(database: BaseDatabaseWrapper, *statements: str) -> set[str]:
    """The tables that are looked through behind some statements of a migration."""
    found: set[str] = set()

    def hear(execute: Any, sql: str, *rest: Any) -> Any:
        if "foreign_key_check" in sql:
            found.add(sql.partition("(")[2].strip('()"') or "everything")
        return execute(sql, *rest)

    with database.execute_wrapper(hear), database.schema_editor() as editor:
        for each in statements:
            editor.execute(each)
    return found


def test_only_what_changed_and_what_refers_to_it(database: BaseDatabaseWrapper) -> None:
    assert checked(database) == set()
    assert checked(database, "CREATE TABLE empty (id integer)") == {"empty"}
    assert checked(database, "CREATE INDEX by_parent ON child (parent_id)") == set()
    assert checked(database, "ALTER TABLE child ADD COLUMN more text") == set()
    assert checked(database, "UPDATE parent SET name = 'two'") == {"child", "other"}
    assert checked(database, "DROP TRIGGER gone") == set()
    assert checked(database, "UPDATE parent SET name = 'three'") == set()
    assert checked(database, "INSERT INTO other VALUES (4, 2)") == {"other"}
    remade = [each.format(0) for each in REMADE]
    assert checked(database, *remade) == {"parent", "child"}
    # Behind a migration everything is as before.
    database.check_constraints()
    with pytest.raises(IntegrityError), database.cursor() as cursor:
        cursor.execute("DELETE FROM parent")


@pytest.mark.parametrize(
    "statements",
    [
        ["DELETE FROM parent"],
        ["UPDATE parent SET name = 'gone'"],
        ["UPDATE parent SET id = 5"],
        ["UPDATE child SET parent_id = 5"],
        ["INSERT INTO child VALUES (6, 7)"],
        ["REPLACE INTO other VALUES (3, 9)"],
        [each.format(1) for each in REMADE],
        ["DROP TABLE child"],
    ],
)
def test_what_is_broken_is_found_and_taken_back(
    statements: list[str], database: BaseDatabaseWrapper
) -> None:
    with pytest.raises(IntegrityError, match="invalid foreign key"):
        checked(database, *statements)
    assert database.touched is None  # type: ignore[attr-defined]
    database.close()  # as a command that fails here does by ending
    told = (
        "SELECT count(*), max(p.id), max(p.name) FROM other AS o JOIN child AS c"
        " ON c.id = o.child_id JOIN parent AS p ON p.id = c.parent_id"
    )
    with closing(sqlite3.connect(database.settings_dict["NAME"])) as file:
        assert file.execute(told).fetchone() == (1, 1, "one")
