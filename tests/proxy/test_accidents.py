"""What happens to the disk under a running Weir costs no request that a client got."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.load import Load, answer
from tests.server import WeirServer, wait_until
from tests.upstream import Upstream

STORED = "SELECT path, outcome FROM runs_capturedrequest"
INCIDENTS = "SELECT kind, message FROM runs_journalincident"


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream() as upstream:
        for name in ("first", "second", "deleted", "silent"):
            upstream.on(f"/v1/{name}/*", answer)
        yield upstream


@pytest.fixture
def weir(tmp_path: Path, upstream: Upstream) -> Iterator[WeirServer]:
    with WeirServer(tmp_path, f"{upstream.url}/v1") as weir:
        yield weir


def send(weir: WeirServer, prefix: str, count: int) -> Load:
    load = Load(weir, prefix)
    with load:
        wait_until(lambda: len(load.sent) >= count, "requests flow")
    return load


def missing(weir: WeirServer, load: Load) -> set[str]:
    rows = {row["path"] for row in weir.query(STORED) if row["outcome"] == "completed"}
    return set(load.sent) - rows


def segments(weir: WeirServer) -> set[str]:
    return {path.name for path in weir.journal() if path.suffix == ".wj"}


def test_a_power_cut_that_takes_sqlites_log_loses_nothing(weir: WeirServer) -> None:
    """The log's last commits were never synced; the journal still has what they had."""
    first = send(weir, "/v1/first", 30)
    wait_until(lambda: not missing(weir, first), "all is recorded")
    before = segments(weir)
    for pid in weir.workers():
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not before & segments(weir), "its files are swept")
    second = send(weir, "/v1/second", 30)
    wait_until(lambda: not missing(weir, second), "all is recorded")
    weir.kill()
    log = weir.database.with_name(weir.database.name + "-wal")
    assert log.stat().st_size > 0
    os.truncate(log, 0)
    weir.start()
    wait_until(lambda: not missing(weir, first), "nothing is lost")
    wait_until(lambda: not missing(weir, second), "nothing is lost")
    paths = [row["path"] for row in weir.query(STORED)]
    assert len(paths) == len(set(paths))


def test_a_journal_that_is_deleted_is_made_anew(weir: WeirServer) -> None:
    load = Load(weir, "/v1/deleted")
    with load:
        wait_until(lambda: len(load.sent) > 20, "requests flow")
        shutil.rmtree(weir.data_dir / "journal")
        before = len(load.sent)
        wait_until(lambda: segments(weir), "the journal is there again")
        wait_until(lambda: len(load.sent) > before + 20, "requests flow")
    wait_until(lambda: not missing(weir, load), "all is recorded")
    wait_until(lambda: weir.query(INCIDENTS), "it is told")
    [told] = weir.query(INCIDENTS)
    assert "deleted or moved away" in told["message"]
    assert weir.is_ready()


def test_a_journal_that_is_deleted_in_silence_is_put_back(weir: WeirServer) -> None:
    """No request comes after it, and what waits in the file is not lost."""
    for pid in weir.recorders():
        os.kill(pid, signal.SIGSTOP)
    load = send(weir, "/v1/silent", 20)
    assert missing(weir, load) == set(load.sent)
    shutil.rmtree(weir.data_dir / "journal")
    wait_until(lambda: segments(weir), "the file is put back")
    for pid in weir.recorders():
        os.kill(pid, signal.SIGCONT)
    wait_until(lambda: not missing(weir, load), "all is recorded")
