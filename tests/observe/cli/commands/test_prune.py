"""`weir prune`, `weir backup`: said, done, killed, and beside a server that serves."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from observe.problem import Problem
from runs.keeping.prune_lock import alone
from runs.models import CapturedRequest
from tests import make
from tests.forked import Forked, Order, run
from tests.load import Load, answer
from tests.observe.cli.commands.told import weir
from tests.own_home import DATABASE, ROOT, prepared_database
from tests.server import WeirServer, wait_until
from tests.upstream import Upstream

in_process = pytest.mark.django_db(transaction=True)


@in_process
def test_a_dry_run_says_what_would_go_and_changes_nothing() -> None:
    make.stored()
    said = weir("prune", "--older-than=1d", "--dry-run").out
    assert said.startswith("Would remove 1 requests that started before ")
    assert "2 bodies" in said
    assert CapturedRequest.objects.exists()


@in_process
def test_what_is_old_enough_goes() -> None:
    make.stored()
    found = json.loads(weir("prune", "--older-than=1d", "--json").out)
    assert (found["requests"], found["bodies"], found["dry_run"]) == (1, 2, False)
    assert not CapturedRequest.objects.exists()
    assert weir("prune", "--older-than=1d").out.startswith("Removed 0 requests")


@in_process
def test_the_bodies_alone() -> None:
    row = make.stored()
    said = weir("prune", "--older-than=1d", "--bodies-only").out
    assert "the bodies of 1 requests" in said
    assert CapturedRequest.objects.get() == row
    assert not row.bodies.exists()


@in_process
def test_two_at_once_are_refused() -> None:
    if os.environ.get("DATABASE_URL"):
        pytest.skip("PostgreSQL's lock belongs to the connection that has it")
    with alone(), pytest.raises(Problem, match="or a rebuild of figures"):
        weir("prune", "--older-than=1d")
    with alone(), pytest.raises(Problem, match="A prune, or another rebuild"):
        weir("rollups", "rebuild")
    with alone("reread"), pytest.raises(Problem, match="backfill is at work"):
        weir("prices", "backfill")


@pytest.mark.parametrize("age", ["soon", "0d", "30"])
def test_an_age_that_is_none_ends_with_a_sentence(age: str) -> None:
    with pytest.raises(Problem, match="such as 30d"):
        weir("prune", f"--older-than={age}")


# --- the real thing: a server that serves on, and prunes that are killed -------------

FILL = """
from dataclasses import replace
from datetime import timedelta
from django.utils import timezone
from runs import store
from tests import make
now = timezone.now()
sessions = [make.agent_session(30, seed=seed) for seed in range(12)]
records = [record for one in zip(*sessions) for record in one]
start = now - timedelta(days=60) + timedelta(hours=2)
for at in range(0, len(records), 40):
    some = enumerate(records[at:at + 40], at)
    each = timedelta(days=60) / len(records)
    store.write([replace(r, started_at=start + n * each) for n, r in some], {})
"""
READ = """
import json
from runs import bodies
from runs.models import Body
rows = Body.objects.filter(request__user_agent__startswith="OpenAI")
rows = rows.select_related("request")
print(json.dumps({f"{b.request.uid} {b.side}": hash_(bodies.read(b)) for b in rows}))
""".replace("hash_", "__import__('hashlib').sha256", 1).replace(
    "(bodies.read(b))", "(bodies.read(b)).hexdigest()"
)


def environment(data_dir: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    settings = {"DJANGO_SETTINGS_MODULE": "observe.settings", "PYTHONPATH": str(ROOT)}
    return {**kept, **settings, "WEIR_DATA_DIR": str(data_dir)}


def weir_says(data_dir: Path, *words: str) -> str:
    order = Order([*words], str(ROOT), environment(data_dir))
    done = run(order, seconds=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def python(data_dir: Path, code: str) -> str:
    """In a process of its own, with Weir's tables at hand."""
    return weir_says(data_dir, "manage", "shell", "--no-imports", "-c", code)


def stored(data_dir: Path) -> dict[str, str]:
    """Body → digest, each one read back; the load's own ones left out."""
    return dict(json.loads(python(data_dir, READ)))


@pytest.fixture(scope="module")
def weir_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WeirServer]:
    data_dir = tmp_path_factory.mktemp("prune")
    shutil.copy(prepared_database(), data_dir / DATABASE)
    python(data_dir, FILL)
    with Upstream() as upstream:
        upstream.on("/v1/prune/*", answer)
        with WeirServer(data_dir, f"{upstream.url}/v1", "--quiet") as server:
            yield server


def killed_prune(server: WeirServer, count: Callable[[], int]) -> None:
    """kill -9 in the middle: when the first requests are gone."""
    words = ["prune", "--older-than=20d", "--gently"]
    full = count()
    order = Order(words, str(ROOT), environment(server.data_dir))
    with (server.data_dir / "prune.log").open("ab") as log:
        process = Forked(order, log.fileno(), log.fileno())
    wait_until(lambda: count() < full, "the prune removes something")
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_killed_and_beside_traffic_nothing_else_is_lost(
    weir_server: WeirServer, tmp_path: Path
) -> None:
    data_dir = weir_server.data_dir
    before = stored(data_dir)

    def old() -> int:
        query = "SELECT count(*) AS n FROM runs_capturedrequest WHERE path = ?"
        return int(weir_server.query(query, "/v1/chat/completions")[0]["n"])

    full = old()
    with Load(weir_server, "/v1/prune", clients=2, pause_s=0.02) as load:
        for _ in range(2):
            killed_prune(weir_server, old)
            assert full // 3 < old() < full
            assert weir_server.query("PRAGMA foreign_key_check") == []
            now = stored(data_dir)
            assert now == {key: before[key] for key in now}
            assert len(now) == 2 * old()
        weir_says(data_dir, "backup", str(tmp_path / "copy"))
        said = weir_says(data_dir, "prune", "--older-than", "20d")
    assert "Removed" in said
    now = stored(data_dir)
    assert now == {key: before[key] for key in now}
    assert len(now) // 2 == old() == full // 3
    assert load.failed == []
    weir_server.wait_recorded(len(load.sent), "/v1/prune/%")
    assert weir_server.query("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
    assert weir_server.query("PRAGMA auto_vacuum") == [{"auto_vacuum": 2}]
    # What was freed is not in the file any more: the load's rows made it longer again.
    assert weir_server.query("PRAGMA freelist_count")[0]["freelist_count"] < 20
    copy = sqlite3.connect(tmp_path / "copy")
    found = "SELECT count(*) FROM runs_capturedrequest"
    assert copy.execute(found).fetchone()[0] > full // 3
    copy.close()
