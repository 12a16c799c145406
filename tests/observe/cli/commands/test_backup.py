"""`weir backup FILE`: the size it got, or a sentence and no file."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from django.db import connection

from observe.problem import Problem
from tests import make
from tests.observe.cli.commands.told import weir

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="copies SQLite's file"),
]


def test_a_copy_is_made_and_its_size_said(tmp_path: Path) -> None:
    make.stored()
    file = tmp_path / "copy.sqlite3"
    told = weir("backup", str(file))
    assert told.err == f"{file}: {file.stat().st_size / 1e6:,.1f} MB, checked.\n"
    assert told.out == ""
    copy = sqlite3.connect(file)
    assert copy.execute("SELECT count(*) FROM runs_body").fetchone() == (2,)
    copy.close()


def test_what_is_there_already_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "copy.sqlite3"
    file.write_text("mine")
    with pytest.raises(Problem, match="--force replaces it"):
        weir("backup", str(file))
    assert file.read_text() == "mine"
