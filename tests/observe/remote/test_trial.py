"""A session that is stopped takes with it all that it started."""

from __future__ import annotations

import json
import os
import time
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import pytest

from observe.remote import address, trial
from observe.remote.client import Weir
from observe.remote.trial import Trial
from runs.experiments.kinds import HarnessFile
from runs.experiments.snippets import Access
from tests.server import wait_until

HARNESS = {"name": "sh", "title": "Shell"}


class Server(httpx.BaseTransport):
    """Hears what a session came to."""

    def __init__(self) -> None:
        self.heard: dict[str, Any] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.heard[request.url.path.rpartition("/")[2]] = json.loads(request.read())
        return httpx.Response(200, json={})


@pytest.fixture
def server() -> Server:
    return Server()


def performed(server: Server, program: str, folder: Path, **card: Any) -> str:
    """The status of a session that runs `program` in a shell."""
    access = Access(weir="http://127.0.0.1:1", key="sk-weir-1", model="m", prompt="go")
    one = Trial("01a1", access, HarnessFile.model_validate(HARNESS), {}, card)
    stopped = card.pop("stopped", Event())
    place = address.Address("http://127.0.0.1:1", "")
    with Weir(place, server) as weir, (folder / "log").open("wb") as output:
        command = ["/bin/sh", "-c", program]
        return trial.perform(weir, one, command, stopped.is_set, output)


def is_dead(file: Path) -> bool:
    try:
        os.kill(int(file.read_text()), 0)
    except ProcessLookupError:
        return True
    return False


def children(folder: Path) -> str:
    """A program whose child would go on, and whose grandchild heeds no TERM."""
    return (
        f"sleep 300 & echo $! > {folder}/one; "
        f"sh -c 'trap \"\" TERM; echo $$ > {folder}/two; sleep 300; sleep 300' & "
        "wait"
    )


def test_what_a_session_started_ends_with_its_time(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "KILL_S", 0.3)
    status = performed(server, children(tmp_path), tmp_path, time_limit_s=0.5)
    assert status == "failed"
    assert server.heard["finalize"]["exit_code"] == 143
    for file in (tmp_path / "one", tmp_path / "two"):
        wait_until(partial(is_dead, file), file.name)


def test_a_session_is_checked_and_a_check_that_is_stopped_judges_nothing(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert performed(server, "echo hello", tmp_path, check="true") == "completed"
    assert server.heard["scores"][0] | {"source": ""} == {
        "name": "check",
        "value": None,
        "passed": True,
        "source": "",
    }
    monkeypatch.setattr(trial, "CHECK_S", 0.2)
    assert performed(server, "exit 7", tmp_path, check="sleep 300") == "failed"
    assert server.heard["scores"][0]["passed"] is False
    server.heard.clear()
    monkeypatch.setattr(trial, "CHECK_S", 60.0)
    stopped = Event()

    def stop() -> None:
        while not (tmp_path / "begun").exists():
            time.sleep(0.01)
        stopped.set()

    Thread(target=stop, daemon=True).start()
    check = f"touch {tmp_path}/begun; sleep 300"
    told = performed(server, "true", tmp_path, check=check, stopped=stopped)
    assert told == "aborted"
    assert "scores" not in server.heard
