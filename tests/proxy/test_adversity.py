"""A database or a disk that fails is Weir's trouble, not its clients'.

`WEIR_LOCK_SECONDS=30` runs the long form of the first test.
"""

from __future__ import annotations

import os
import sqlite3
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from proxy.journal.format import MAGIC
from tests import answers as a
from tests.load import Load, answer
from tests.proxy.test_kill import assert_all_stored_once
from tests.raw_client import ask, request
from tests.server import Row, WeirServer, wait_until
from tests.upstream import Upstream, send

LOCKED = float(os.environ.get("WEIR_LOCK_SECONDS", "3"))
INCIDENTS = "SELECT kind, segment, count, message FROM runs_journalincident ORDER BY id"


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with Upstream() as upstream:
        upstream.on("/v1/locked/*", answer)
        upstream.on("/v1/full/*", answer)
        yield upstream


@pytest.fixture(scope="module")
def weir(
    upstream: Upstream, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WeirServer]:
    """Each test leaves it running, and keeps to its own paths."""
    data_dir = tmp_path_factory.mktemp("adversity")
    with WeirServer(data_dir, f"{upstream.url}/v1") as weir:
        yield weir


@contextmanager
def locked(weir: WeirServer) -> Iterator[None]:
    """Another process holds the database's write lock."""
    connection = sqlite3.connect(weir.database, timeout=30, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


@pytest.mark.timeout(120 + 3 * LOCKED)
def test_a_locked_database_is_invisible_to_clients(weir: WeirServer) -> None:
    load = Load(weir, "/v1/locked")
    with load, locked(weir):
        time.sleep(LOCKED)
    assert load.failed == []
    assert len(load.sent) > 20 * LOCKED
    assert_all_stored_once(weir, load)


@contextmanager
def small_disk(path: Path, megabytes: int) -> Iterator[None]:
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(path)]
    try:
        done = subprocess.run(mount, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("needs the mount command")
    if done.returncode != 0:
        pytest.skip("needs the right to mount a small file system")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)


def fill(path: Path) -> Path:
    """Take every free block."""
    filler = path / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while file.write(bytes(size)):
                    pass
            except OSError:
                continue
    return filler


def test_a_full_disk_loses_captures_and_no_traffic(
    upstream: Upstream, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    with small_disk(disk, 32):
        weir = WeirServer(disk, f"{upstream.url}/v1")
        weir.log_file = tmp_path / "server.log"
        with weir:
            ask(weir.address, request("POST", "/v1/full/3", body=b"{}"))
            weir.finished("/v1/full/3")
            filler = fill(disk)
            for number in range(1000, 1200):
                data = request("POST", f"/v1/full/{number}", body=b"x" * 5000)
                got = ask(weir.address, data)
                assert (got.status, got.complete) == (200, True)
            filler.unlink()
            wait_until(lambda: records(weir, upstream), "it records again")
            wait_until(lambda: lost(weir) > 0, "the loss is shown")
            stored = len(weir.requests("/v1/full/1___"))
            assert stored + lost(weir) >= 200


def records(weir: WeirServer, upstream: Upstream) -> bool:
    """A new request is stored."""
    path = f"/v1/full/{time.monotonic_ns()}"
    ask(weir.address, request("POST", path, body=b"{}"))
    time.sleep(0.3)
    return bool(weir.requests(path))


def lost(weir: WeirServer) -> int:
    return sum(r["count"] for r in weir.query(INCIDENTS) if r["kind"] == "lost")


def leave_a_journal(weir: WeirServer, upstream: Upstream, prefix: str) -> Path:
    """Kill Weir with ten exchanges in its journal and none in its database."""
    upstream.on(f"{prefix}/*", send(a.as_json(a.CHAT)))
    with locked(weir):
        for number in range(10):
            data = request("POST", f"{prefix}/{number}", body=b'{"n": %d}' % number)
            assert ask(weir.address, data).status == 200
        weir.kill()
    segments = [path for path in weir.journal() if path.suffix == ".wj"]
    first = f"{prefix}/0".encode()
    return next(path for path in segments if first in path.read_bytes())


def recorded(weir: WeirServer, prefix: str, count: int) -> tuple[list[str], list[Row]]:
    """Started again: the kinds of incidents since, and the prefix's `count` rows."""
    known = len(weir.query(INCIDENTS))
    weir.start()
    weir.wait_recorded(count, f"{prefix}/%")
    told = wait_until(lambda: weir.query(INCIDENTS)[known:], "it is reported")
    return [row["kind"] for row in told], weir.requests(f"{prefix}/%")


def flip_payload(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def flip_length(data: bytes, at: int) -> bytes:
    """The record now claims to go on far beyond the end of the file."""
    start = data.rindex(MAGIC, 0, at) + len(MAGIC) + 1
    return data[:start] + struct.pack("<I", 1 << 25) + data[start + 4 :]


def flip_magic(data: bytes, at: int) -> bytes:
    start = data.rindex(MAGIC, 0, at)
    return data[:start] + b"XXXX" + data[start + 4 :]


@pytest.mark.parametrize("damage", [flip_payload, flip_length, flip_magic])
def test_a_corrupt_record_is_skipped_and_reported(
    weir: WeirServer, upstream: Upstream, damage: Callable[[bytes, int], bytes]
) -> None:
    prefix = f"/v1/{damage.__name__}"
    segment = leave_a_journal(weir, upstream, prefix)
    data = segment.read_bytes()
    segment.write_bytes(damage(data, data.index(f"{prefix}/4".encode())))
    kinds, rows = recorded(weir, prefix, 9)
    completed = [row["path"] for row in rows if row["outcome"] == "completed"]
    assert "corrupt" in kinds
    assert sorted(completed) == [f"{prefix}/{n}" for n in range(10) if n != 4]


def test_a_torn_tail_is_skipped_and_reported(
    weir: WeirServer, upstream: Upstream
) -> None:
    segment = leave_a_journal(weir, upstream, "/v1/torn")
    with segment.open("r+b") as file:
        file.truncate(segment.stat().st_size - 3)
    kinds, rows = recorded(weir, "/v1/torn", 10)
    ask(weir.address, request("POST", "/v1/torn/99", body=b"{}"))
    assert weir.finished("/v1/torn/99")["outcome"] == "completed"
    assert kinds == ["torn"]
    # The answer of the last one is what the tear took.
    assert [row["outcome"] for row in rows] == ["completed"] * 9 + ["interrupted"]
