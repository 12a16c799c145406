"""`weir backup FILE`: the size it got, or a sentence and no file."""

from __future__ import annotations

import sqlite3
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests import make

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="copies SQLite's file"),
]


def test_a_copy_is_made_and_its_size_said(tmp_path: Path) -> None:
    make.stored()
    file, out = tmp_path / "copy.sqlite3", StringIO()
    call_command("backup", str(file), stdout=out)
    assert out.getvalue() == f"{file}: {file.stat().st_size / 1e6:,.1f} MB, checked.\n"
    copy = sqlite3.connect(file)
    assert copy.execute("SELECT count(*) FROM runs_body").fetchone() == (2,)
    copy.close()


def test_what_is_there_already_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "copy.sqlite3"
    file.write_text("mine")
    with pytest.raises(CommandError, match="--force replaces it"):
        call_command("backup", str(file))
    assert file.read_text() == "mine"
