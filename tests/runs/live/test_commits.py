"""`runs/live/commits.py`: a count that moves with every commit, of anyone."""

from __future__ import annotations

import gc
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from runs.live.commits import CommitCount


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


def commit_elsewhere(path: Path) -> None:
    """A commit in another process."""
    code = (
        "import sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=0.1)\n"
        "c.execute('INSERT INTO mark VALUES (1)')\n"
    )
    command = [sys.executable, "-c", code, str(path)]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)


WRITES = {
    "another process": "",
    "a checkpoint, and a commit behind it": "PRAGMA wal_checkpoint(TRUNCATE)",
    "VACUUM": "VACUUM",
    "a new table": "CREATE TABLE another (x)",
}


@pytest.mark.parametrize("what", WRITES)
def test_it_moves_whatever_is_committed(
    database: sqlite3.Connection, what: str
) -> None:
    """Looked at without asking SQLite: its answer is the same."""
    commits = count(database)
    path = Path(database.execute("PRAGMA database_list").fetchone()[2])
    seen = {commits.read() for _ in range(5)}
    assert len(seen) == 1
    for number in range(3):
        if WRITES[what] and (what != "a new table" or not number):
            database.execute(WRITES[what])
        commit_elsewhere(path)
        asked = commits.ask("PRAGMA data_version")
        assert commits.read() == asked
        assert asked not in seen
        assert commits.read() == asked
        seen.add(asked)
    commits.close()


def test_a_database_put_in_the_place_of_another_is_seen_once_it_is_opened(
    database: sqlite3.Connection, tmp_path: Path
) -> None:
    commits = count(database)
    path = Path(database.execute("PRAGMA database_list").fetchone()[2])
    commits.read()
    commits.close()
    database.close()
    for leftover in ("-wal", "-shm"):  # of a crash, beside one without such files
        Path(f"{path}{leftover}").write_bytes(bytes(32768) if leftover > "-t" else b"")
    path.unlink()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("CREATE TABLE mark (value INTEGER)")
        before = {commits.read() for _ in range(3)}
        other.execute("INSERT INTO mark VALUES (1)")
        assert commits.read() not in before
        other.execute("PRAGMA journal_mode=WAL")
        commits.read()
        known = {commits.read() for _ in range(3)}
        other.execute("INSERT INTO mark VALUES (1)")
        assert commits.read() not in known
    commits.close()


def test_a_look_does_not_cost_sqlite_its_locks(database: sqlite3.Connection) -> None:
    """What POSIX does when a descriptor is closed would let a second writer in."""
    path = Path(database.execute("PRAGMA database_list").fetchone()[2])
    database.execute("BEGIN IMMEDIATE")
    for _ in range(3):
        commits = count(database)
        commits.read()
        commits.read()
        commits.close()
        del commits
        gc.collect()
    with pytest.raises(subprocess.CalledProcessError):
        commit_elsewhere(path)
    database.execute("ROLLBACK")
    commit_elsewhere(path)
