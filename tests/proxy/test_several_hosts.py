"""Two real Weirs on one PostgreSQL: recorders are killed in turn, requests deleted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import psycopg

from tests.load import answer
from tests.own_home import ROOT, own_environment
from tests.postgres import postgres
from tests.raw_client import ask, request
from tests.server import WeirServer, wait_until
from tests.upstream import Upstream

Hosts = tuple[WeirServer, WeirServer]
BODY = b'{"model": "m-1", "stream": true}'
PATHS = "SELECT path FROM runs_capturedrequest WHERE outcome != 'pending' ORDER BY 1"
AGE = "UPDATE runs_capturedrequest SET started_at = started_at - interval '1 day'"


def test_exactly_once_and_what_was_deleted_stays_deleted(tmp_path: Path) -> None:
    with postgres() as url, Upstream() as upstream:
        for host in ("one", "two"):
            upstream.on(f"/v1/hosts/{host}/*", answer)
        settings = (f"{upstream.url}/v1", "--quiet")
        with (
            WeirServer(tmp_path / "one", *settings, DATABASE_URL=url) as one,
            WeirServer(tmp_path / "two", *settings, DATABASE_URL=url) as two,
        ):
            for number in range(3):
                come_and_go((one, two), url, number)


def come_and_go(hosts: Hosts, url: str, number: int) -> None:
    """A call to each; their recorders die; all there is goes."""
    called = sorted(call(weir, number) for weir in hosts)
    wait_until(lambda: paths(url) == called, f"{called} alone are recorded")
    for weir in hosts:
        restart_recorder(weir)
    wait_until(lambda: sum(map(waiting, hosts)) == 0, "nothing waits")
    assert paths(url) == called
    prune_all(url, hosts[number % 2].data_dir)
    assert paths(url) == []


def call(weir: WeirServer, number: int) -> str:
    path = f"/v1/hosts/{weir.data_dir.name}/{number}"
    assert ask(weir.address, request("POST", path, body=BODY)).status == 200
    return path


def restart_recorder(weir: WeirServer) -> None:
    """Its worker goes on, and so does the worker's journal file."""
    [before] = weir.recorders()
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: set(weir.recorders()) - {before}, "there is a new recorder")
    lock = weir.data_dir / "journal" / "recorder.lock"
    wait_until(
        lambda: lock.read_text() in map(str, weir.recorders()), "it is at the journal"
    )


def paths(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [path for (path,) in connection.execute(PATHS)]


def waiting(weir: WeirServer) -> int:
    with urllib.request.urlopen(f"{weir.url}/readyz", timeout=10) as answer:
        return int(json.load(answer)["recorder"]["waiting_bytes"])


def prune_all(url: str, data_dir: Path) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(AGE)
    subprocess.run(
        [sys.executable, "-m", "observe", "prune", "--older-than", "12h"],
        cwd=ROOT,
        env=own_environment(data_dir) | {"DATABASE_URL": url},
        check=True,
    )
