"""`runs/keeping/backup.py`: a whole copy of one moment, while the recorder writes."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from django.db import connection

from runs import store
from runs.keeping import backup
from runs.keeping.backup import NoBackup, back_up
from runs.models import CapturedRequest
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)
sqlite_only = pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's file")


def quiet(done: int, pages: int) -> None:
    pass


def ids(file: Path) -> list[int]:
    copy = sqlite3.connect(file)
    try:
        return [row[0] for row in copy.execute("SELECT id FROM runs_capturedrequest")]
    finally:
        copy.close()


@sqlite_only
def test_the_copy_is_of_one_moment_whatever_is_written_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "PAGES", 5)
    store.write(make.agent_session(10), {})
    there = list(CapturedRequest.objects.values_list("pk", flat=True))
    steps = list[int]()

    def record_on(done: int, pages: int) -> None:
        steps.append(done)
        if len(steps) % 10 == 1:
            # From a thread of its own: the store's connection is not the copy's.
            writer = threading.Thread(target=_write_one)
            writer.start()
            writer.join()

    file = tmp_path / "copy.sqlite3"
    size = back_up(file, record_on)
    assert ids(file) == there
    assert CapturedRequest.objects.count() > len(there)
    assert size == file.stat().st_size
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["copy.sqlite3"]
    assert steps == sorted(steps)


def _write_one() -> None:
    try:
        store.write([make.record()], {})
    finally:
        connection.close()


@sqlite_only
def test_a_file_that_is_there_is_replaced_only_when_told(tmp_path: Path) -> None:
    file = tmp_path / "copy.sqlite3"
    file.write_text("mine")
    with pytest.raises(NoBackup, match="--force"):
        back_up(file, quiet)
    assert file.read_text() == "mine"
    make.stored()
    back_up(file, quiet, force=True)
    assert len(ids(file)) == 1


@sqlite_only
def test_a_place_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoBackup, match="could not be written"):
        back_up(tmp_path / "missing" / "copy.sqlite3", quiet)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL")
def test_postgres_has_its_own_tool(tmp_path: Path) -> None:
    with pytest.raises(NoBackup, match="pg_dump"):
        back_up(tmp_path / "copy", quiet)
