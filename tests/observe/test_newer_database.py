"""A database of a newer Weir is told, and left alone."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from observe.doctor import State
from observe.doctor.database import migrations
from observe.newer_database import unknown_migrations
from observe.problem import Problem
from tests.observe.cli.commands.told import weir
from tests.observe.serve.test_supervisor import serve
from tests.own_home import DATABASE, prepared_database

NEWER = ("runs", "9999_of_next_year")


@pytest.fixture
def _newer(db: None) -> None:
    MigrationRecorder(connection).record_applied(*NEWER)


@pytest.mark.django_db
def test_one_of_this_version_is_not_newer() -> None:
    assert unknown_migrations() == []


@pytest.mark.usefixtures("_newer")
def test_commands_and_the_doctor_say_so() -> None:
    assert unknown_migrations() == ["runs.9999_of_next_year"]
    for words in (
        ("providers", "list"),
        ("token", "list"),
        ("prune", "--older-than=9d"),
    ):
        with pytest.raises(Problem, match="A newer Weir has upgraded this database"):
            weir(*words)
    (finding,) = migrations()
    assert finding.state is State.FAIL
    assert "9999_of_next_year" in finding.message


def test_a_server_does_not_start_on_it(tmp_path: Path) -> None:
    file = tmp_path / DATABASE
    shutil.copy(prepared_database(), file)
    with closing(sqlite3.connect(file)) as database:
        sql = "INSERT INTO django_migrations (app, name, applied) VALUES (?, ?, 0)"
        database.execute(sql, NEWER)
        database.commit()
    ended = serve(tmp_path, "--port", "0", DATABASE_URL="")
    assert ended.returncode == 1
    assert ended.stderr.startswith("weir: A newer Weir has upgraded this database")
    assert ended.stdout == ""
