"""`weir doctor` about the database: none yet, one without tables, one that is away."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from django.db import connection

from observe.doctor.database import database, has_tables, migrations
from observe.doctor.finding import State
from tests.forked import Order, run
from tests.own_home import DATABASE, ROOT, own_environment, prepared_database

Told = dict[str, tuple[str, str, str]]
"""Of each finding: state, message, what to do."""


def told_of(home: Path, **env: str) -> Told:
    """What a doctor of its own process finds in `home`; no other port is asked."""
    environ = own_environment(home) | {"WEIR_PORT": "1"} | env
    done = run(Order(["doctor", "--json"], str(ROOT), environ), seconds=120)
    found = json.loads(done.stdout)["findings"]
    return {
        each["name"]: (each["state"], each["message"], each["todo"]) for each in found
    }


def test_looking_makes_no_database(tmp_path: Path) -> None:
    told = told_of(tmp_path)
    state, message, todo = told["database"]
    assert (state, "no database" in message) == ("warn", True)
    assert "weir serve" in todo
    assert not {"sqlite", "migrations", "incidents", "journal"} & set(told)
    assert not (tmp_path / DATABASE).exists()


def test_a_database_that_weir_made_is_sound(tmp_path: Path) -> None:
    shutil.copy(prepared_database(), tmp_path / DATABASE)
    told = told_of(tmp_path)
    assert [told[name][0] for name in ("database", "sqlite", "migrations")] == [
        "ok"
    ] * 3
    assert "WAL mode" in told["sqlite"][1]
    assert told["incidents"][0] == "ok"


def test_a_database_without_tables_wants_its_migrations(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / DATABASE).executescript("CREATE TABLE other (x)").close()
    told = told_of(tmp_path)
    state, message, todo = told["migrations"]
    assert (state, "not applied yet" in message) == ("warn", True)
    assert "weir prepare" in todo
    assert "incidents" not in told


def test_before_an_upgrade_the_journal_is_not_asked_about(tmp_path: Path) -> None:
    shutil.copy(prepared_database(), tmp_path / DATABASE)
    (tmp_path / "journal").mkdir()
    back = ["manage", "migrate", "runs", "0007"]
    done = run(Order(back, str(ROOT), own_environment(tmp_path)), seconds=120)
    assert done.returncode == 0, done.stderr
    told = told_of(tmp_path)
    assert (told["migrations"][0], told["incidents"][0]) == ("warn", "ok")
    assert "journal" not in told


def test_a_database_server_that_is_away_is_a_failure(tmp_path: Path) -> None:
    told = told_of(tmp_path, DATABASE_URL="postgresql://u:secret@127.0.0.1:1/weir")
    state, message, todo = told["database"]
    assert (state, "\n" in message) == ("fail", False)
    assert "secret" not in message
    assert "DATABASE_URL" in todo
    assert not {"sqlite", "migrations", "incidents"} & set(told)


@pytest.mark.django_db
def test_the_database_of_this_run_answers() -> None:
    [finding] = database()
    name = "SQLite file" if connection.vendor == "sqlite" else "PostgreSQL database"
    assert (finding.state, finding.message.startswith(name)) == (State.OK, True)
    assert has_tables()
    assert [each.state for each in migrations()] == [State.OK]
