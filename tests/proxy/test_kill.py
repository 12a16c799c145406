"""A request whose last byte a client got is stored exactly once, whatever is killed.

`WEIR_KILL_ROUNDS=50` runs the long form of the first test.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.load import Load, answer
from tests.server import WeirServer, wait_until
from tests.upstream import Upstream

ROUNDS = int(os.environ.get("WEIR_KILL_ROUNDS", "3"))
VICTIMS = ("recorder", "worker", "both", "everything")
STORED = "SELECT path, outcome, response_bytes FROM runs_capturedrequest"


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with Upstream() as upstream:
        yield upstream


@pytest.fixture(scope="module")
def weir(
    upstream: Upstream, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WeirServer]:
    data_dir = tmp_path_factory.mktemp("kill")
    flags = ("--workers", "2")
    with WeirServer(data_dir, f"{upstream.url}/v1", *flags) as weir:
        yield weir


def kill(weir: WeirServer, victim: str) -> None:
    if victim == "everything":
        weir.kill()
        return
    pids = {
        "recorder": weir.recorders(),
        "worker": weir.workers()[:1],
        "both": weir.recorders() + weir.workers(),
    }[victim]
    assert pids, f"no {victim} runs"
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def assert_all_stored_once(weir: WeirServer, load: Load) -> None:
    """What clients got in full is there, once, whole; nothing is there twice."""

    def settled() -> bool:
        rows = {row["path"]: row["outcome"] for row in weir.query(STORED)}
        missing = load.sent.keys() - rows.keys()
        return not missing and "pending" not in rows.values()

    try:
        wait_until(settled, "everything is recorded")
    except AssertionError:
        pass  # the comparisons below say what is missing
    rows = [r for r in weir.query(STORED) if r["path"].startswith(load.prefix + "/")]
    twice = [path for path, n in Counter(r["path"] for r in rows).items() if n > 1]
    assert twice == []
    by_path = {row["path"]: row for row in rows}
    assert sorted(load.sent.keys() - by_path.keys()) == []
    wrong = {
        path: by_path[path]
        for path, size in load.sent.items()
        if by_path[path]["outcome"] != "completed"
        or by_path[path]["response_bytes"] < size
    }
    assert wrong == {}
    assert [row for row in rows if row["outcome"] == "pending"] == []


@pytest.mark.parametrize("number", range(ROUNDS))
def test_killed_under_load(weir: WeirServer, upstream: Upstream, number: int) -> None:
    prefix = f"/v1/kill/{number}"
    upstream.on(f"{prefix}/*", answer)
    load = Load(weir, prefix)
    with load:
        time.sleep(random.uniform(0.2, 1.2))
        kill(weir, VICTIMS[number % len(VICTIMS)])
        if weir.poll() is not None:
            weir.start()
        wait_until(weir.is_ready, "Weir is ready again")
        before = len(load.sent)
        wait_until(lambda: len(load.sent) > before + 20, "requests flow again")
    assert_all_stored_once(weir, load)


def test_the_power_goes(weir: WeirServer, upstream: Upstream) -> None:
    """Everything is killed at once and only then started again."""
    upstream.on("/v1/power/*", answer)
    load = Load(weir, "/v1/power")
    with load:
        wait_until(lambda: len(load.sent) > 50, "requests flow")
        weir.kill()
    weir.start()
    assert_all_stored_once(weir, load)


def test_requests_in_flight_at_the_end_are_finished(
    weir: WeirServer, upstream: Upstream
) -> None:
    """SIGTERM lets open streams end and drains the journal."""
    upstream.on("/v1/term/*", answer)
    load = Load(weir, "/v1/term")
    with load:
        wait_until(lambda: len(load.sent) > 50, "requests flow")
        code = weir.stop()
    assert code == 0
    assert_all_stored_once(weir, load)
    assert [path for path in weir.journal() if path.suffix == ".wj"] == []
