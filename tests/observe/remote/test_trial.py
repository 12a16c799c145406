"""One session as it is driven: its files, its limit, its check, and how it ended.

One that is stopped takes with it all that it started.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import IO, Any

import httpx
import pytest

from observe.problem import Problem
from observe.remote import address, trial
from observe.remote.client import Weir
from observe.remote.trial import IsStopped, Trial
from runs.experiments.kinds import HarnessFile
from runs.experiments.profiles import built_in
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


ACCESS = Access(weir="http://127.0.0.1:1", key="sk-weir-1", model="m", prompt="go")
SHELL = Trial("01a1", ACCESS, HarnessFile.model_validate(HARNESS), {}, {})


def never() -> bool:
    return False


def driven(
    server: Server,
    one: Trial,
    command: list[str],
    is_stopped: IsStopped = never,
    output: IO[bytes] | None = None,
) -> str:
    """The session's status."""
    with Weir(address.Address("http://127.0.0.1:1", ""), server) as weir:
        return trial.perform(weir, one, command, is_stopped, output)


def performed(server: Server, program: str, folder: Path, **card: Any) -> str:
    """The status of a session that runs `program` in a shell."""
    stopped = card.pop("stopped", Event())
    one = replace(SHELL, task_card=card)
    with (folder / "log").open("wb") as output:
        return driven(server, one, ["sh", "-c", program], stopped.is_set, output)


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


def test_what_took_too_long_failed_though_it_ends_well_when_it_is_told(
    server: Server, tmp_path: Path
) -> None:
    program = "trap 'exit 0' TERM; while true; do sleep 0.05; done"
    assert performed(server, program, tmp_path, time_limit_s=0.5) == "failed"
    assert server.heard["finalize"]["exit_code"] == trial.TIMED_OUT


def test_one_whose_files_cannot_be_written_is_left_aborted(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(trial, "_environment", fails)
    with pytest.raises(OSError, match="No space"):
        performed(server, "true", tmp_path)
    assert server.heard["finalize"]["status"] == "aborted"


TAKES_IN_NOBODY = """
import ctypes, subprocess, sys
from observe.remote import trial

adopts = 36  # PR_SET_CHILD_SUBREAPER: as the first process of a container
ctypes.CDLL(None).prctl(adopts, 1)
trial.KILL_S = 0.3
print(trial._run(["sh", "-c", sys.argv[1]], {}, lambda: False, 0.3, subprocess.DEVNULL))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_a_session_is_over_where_nobody_takes_in_the_dead_that_it_left() -> None:
    """Its group is never empty then."""
    program = [sys.executable, "-c", TAKES_IN_NOBODY, "sleep 300 & sleep 300"]
    ended = subprocess.run(program, capture_output=True, text=True, timeout=30)
    assert ended.stdout == "143\n", ended.stderr


UNTIL_TOLD = """
import subprocess, sys
from observe.remote import suspension, trial

with suspension.together():
    print(trial._run(sys.argv[1:], {}, lambda: False, 2.0, subprocess.DEVNULL))
"""

AS_IT_STARTS = """
import os, signal, subprocess

class Started(subprocess.Popen):
    def __init__(self, *words, **rest):
        super().__init__(*words, **rest)
        print(self.pid, flush=True)
        os.kill(os.getpid(), signal.SIGTSTP)

subprocess.Popen = Started
"""

# Not a shell: one that stops as it starts a program is seen waiting for it.
UNTIL_IT_MAY_GO = """
import os, sys, time

told, go = sys.argv[1:]
open(told, "w").write(str(os.getpid()))
while not os.path.exists(go):
    time.sleep(0.05)
sys.exit(7)
"""


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
@pytest.mark.parametrize("as_it_starts", [False, True])
def test_ctrl_z_holds_what_was_started_and_its_time(
    tmp_path: Path, *, as_it_starts: bool
) -> None:
    told, go = tmp_path / "pid", tmp_path / "go"
    driver = (AS_IT_STARTS if as_it_starts else "") + UNTIL_TOLD
    program = [sys.executable, "-c", UNTIL_IT_MAY_GO, str(told), str(go)]
    words = [sys.executable, "-c", driver, *program]
    with subprocess.Popen(words, stdout=subprocess.PIPE, process_group=0) as weir:
        try:
            if as_it_starts:
                assert weir.stdout
                child = int(weir.stdout.readline())
            else:
                wait_until(lambda: told.exists() and told.read_text().strip(), "runs")
                child = int(told.read_text())
                weir.send_signal(signal.SIGTSTP)
            wait_until(lambda: state(weir.pid) + state(child) == "TT", "both stand")
            time.sleep(2.1)  # longer than it may take
            weir.send_signal(signal.SIGCONT)
            wait_until(lambda: "T" not in state(weir.pid) + state(child), "both go on")
            go.touch()
            assert weir.communicate(timeout=20)[0] == b"7\n"
        finally:
            go.touch()
            weir.kill()


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


def test_a_harness_reads_its_own_file_and_the_prompt_is_filled_in(
    server: Server, tmp_path: Path
) -> None:
    profile = built_in("opencode").model_copy(update={"version": "no-such-program"})
    one = replace(
        SHELL,
        harness=profile,
        variant={"environment": {"MINE": "the variant's"}},
        task_card={"environment": {"MINE": "the card's"}},
    )
    script = 'cat "$OPENCODE_CONFIG"; echo; echo "$WEIR_KEY, $1, $MINE"'
    with (tmp_path / "log").open("wb") as log:
        command = ["sh", "-c", script, "sh", "say: {prompt}"]
        assert driven(server, one, command, output=log) == "completed"
    *config, said = (tmp_path / "log").read_text().splitlines()
    provider = json.loads("".join(config))["provider"]["weir"]
    assert provider["options"]["baseURL"] == "http://127.0.0.1:1/v1"
    assert said == "sk-weir-1, say: go, the card's"
    told = {"status": "completed", "exit_code": 0, "harness_version": ""}
    assert server.heard == {"finalize": told}


def test_one_at_the_terminal_is_killed_where_it_heeds_nothing(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "KILL_S", 0.1)
    ready = tmp_path / "ready"
    command = ["sh", "-c", f'trap "" TERM; touch {ready}; exec sleep 60']
    assert driven(server, SHELL, command, ready.exists) == "aborted"
    assert server.heard["finalize"]["exit_code"] == 128 + 9


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ([], "The harness sh says no command."),
        (["/no/such/program"], "'/no/such/program' can't be started: No such file"),
        (["/"], "'/' can't be started: Permission denied."),
    ],
)
def test_what_cannot_be_started_is_said_and_left_aborted(
    server: Server, command: list[str], said: str
) -> None:
    with pytest.raises(Problem, match=said):
        driven(server, SHELL, command)
    told = {"status": "aborted", "exit_code": None, "harness_version": ""}
    assert server.heard == {"finalize": told}
