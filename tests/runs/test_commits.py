"""`runs/commits.py`: a count that moves with every commit, of anyone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from runs.commits import CommitCount


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(tmp_path / "it's 100%.sqlite3", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE mark (value INTEGER)")
    yield connection
    connection.close()


def count(database: sqlite3.Connection) -> CommitCount:
    path = database.execute("PRAGMA database_list").fetchone()[2]
    return CommitCount(path, wait_s=0)


def test_it_moves_with_a_commit_and_only_then(database: sqlite3.Connection) -> None:
    commits = count(database)
    before = commits.read()
    assert commits.read() == before
    database.execute("BEGIN")
    database.execute("INSERT INTO mark VALUES (7)")
    assert commits.read() == before
    database.execute("COMMIT")
    assert commits.read() != before
    assert commits.ask("SELECT value FROM mark") == 7
    commits.close()


def test_it_never_writes_and_never_makes_a_file(
    database: sqlite3.Connection, tmp_path: Path
) -> None:
    commits = count(database)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        commits.ask("DELETE FROM mark")
    commits.close()
    with pytest.raises(sqlite3.OperationalError):
        CommitCount(str(tmp_path / "none.sqlite3"), wait_s=0).read()
    assert not (tmp_path / "none.sqlite3").exists()
