"""`weir serve`: starts, survives its children, stops cleanly, refuses clearly."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.own_home import ROOT, own_environment
from tests.server import WeirServer, below, command_line, kill_all, wait_until

DEMO = {"model": "weir-demo-fast", "messages": [{"role": "user", "content": "Hi"}]}


def ask(weir: WeirServer, body: dict[str, Any] = DEMO) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{weir.url}/v1/chat/completions",
        json.dumps(body).encode(),
        {"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return dict(json.load(answer))


def ready(weir: WeirServer) -> dict[str, Any]:
    with urllib.request.urlopen(f"{weir.url}/readyz", timeout=5) as answer:
        return dict(json.load(answer))


@pytest.mark.parametrize("server", ["uvicorn", "daphne"])
def test_it_answers_records_prints_and_stops(tmp_path: Path, server: str) -> None:
    weir = WeirServer(tmp_path, "http://127.0.0.1:9/v1", "--server", server)
    weir.makes_its_database = True
    weir.is_forked = False
    with weir:
        assert ask(weir)["model"] == "weir-demo-fast"
        row = weir.finished("/v1/chat/completions")
        assert (row["provider"], row["is_success"]) == ("demo", 1)
        assert row["cost_usd"] is not None
        assert ready(weir)["status"] == "ok"
        line = wait_until(
            lambda: "weir-demo-fast 200" in weir.log(), "a line is printed"
        )
        assert line
        assert weir.stop() == 0
    assert "Traceback" not in weir.log()


def test_quiet_prints_no_line_for_a_request(tmp_path: Path) -> None:
    with WeirServer(tmp_path, "http://127.0.0.1:9/v1", "--quiet") as weir:
        ask(weir)
        weir.wait_recorded(1)
    assert "weir-demo-fast" not in weir.log()


def test_killed_children_are_started_again(tmp_path: Path) -> None:
    with WeirServer(tmp_path, "http://127.0.0.1:9/v1", "--workers", "2") as weir:
        [recorder] = weir.recorders()
        first, second = weir.workers()
        for pid in (recorder, first, second):
            os.kill(pid, signal.SIGKILL)
        wait_until(
            lambda: len(weir.workers()) == 2 and len(weir.recorders()) == 1,
            "all are back",
        )
        wait_until(weir.is_ready, "it answers again")
        ask(weir)
        weir.wait_recorded(1)
        # One that is told to stop comes to its own end: nothing is cut off.
        os.kill(weir.workers()[0], signal.SIGTERM)
        wait_until(lambda: " ended (0); starting it again" in weir.log(), "it ended")


def test_an_open_stream_may_end_before_it_stops(tmp_path: Path) -> None:
    with WeirServer(tmp_path, "http://127.0.0.1:9/v1") as weir:
        request = urllib.request.Request(
            f"{weir.url}/v1/chat/completions",
            json.dumps({**DEMO, "model": "weir-demo", "stream": True}).encode(),
            {"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            answer.readline()
            os.kill(weir.pid, signal.SIGTERM)
            assert answer.read().endswith(b"data: [DONE]\n\n")
        assert weir.stop() == 0
        row = weir.finished("/v1/chat/completions")
        assert row["outcome"] == "completed"


def serve(tmp_path: Path, *flags: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "observe", "serve", *flags],
        cwd=ROOT,
        env={**os.environ, "WEIR_DATA_DIR": str(tmp_path), **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = serve(tmp_path, "--port", str(taken.getsockname()[1]))
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert not list(tmp_path.iterdir())  # told before anything was made
    sentence, hint = ended.stderr.splitlines()
    assert sentence.startswith("weir: Weir can't listen on 127.0.0.1 port")
    assert hint.startswith("hint: ")


@pytest.mark.parametrize(
    ("flags", "env", "said"),
    [
        (["--port", "many"], {}, "WEIR_PORT must be a whole number"),
        (["--workers", "0"], {}, "WEIR_WORKERS must be between"),
        (["--upstream-url", "localhost"], {}, "WEIR_UPSTREAM_URL must be an absolute"),
        (["--host", "a b"], {}, "--host is an address of this machine"),
        ([], {"WEIR_LOG_LEVEL": "loud"}, "WEIR_LOG_LEVEL must be one of"),
        ([], {"DATABASE_URL": "mysql://x"}, "DATABASE_URL must start with"),
        ([], {"WEIR_MODELS_JSON": "{"}, "WEIR_MODELS_JSON"),
        (["--models-file", "/nowhere.json"], {}, "nowhere.json"),
    ],
)
def test_a_bad_setting_ends_the_start_with_a_sentence(
    tmp_path: Path, flags: list[str], env: dict[str, str], said: str
) -> None:
    ended = serve(tmp_path, *flags, **env)
    assert ended.returncode != 0
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_what_is_doubtful_is_said_and_it_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        redis = f"redis://127.0.0.1:{nobody.getsockname()[1]}"
    said = {"WEIR_PROT": "9000", "REDIS_URL": redis, "WEIR_ALLOWED_HOSTS": ""}
    weir = WeirServer(tmp_path, "", **said)
    with weir:
        log = weir.log()
        ask(weir)
    assert "weir: There is no setting WEIR_PROT; did you mean WEIR_PORT?" in log
    assert "weir: REDIS_URL: " in log


def test_an_unknown_flag_is_answered_with_the_nearest(tmp_path: Path) -> None:
    ended = serve(tmp_path, "--prot", "1")
    assert ended.returncode == 2
    assert "did you mean --port?" in ended.stderr


@pytest.mark.parametrize(
    ("server", "after_s"), [("uvicorn", 0.0), ("uvicorn", 1.0), ("daphne", 1.5)]
)
def test_a_supervisor_killed_at_any_moment_leaves_nobody_behind(
    tmp_path: Path, server: str, after_s: float
) -> None:
    """From the first child on, before any of them can have looked for its parent."""
    weir = WeirServer(tmp_path, "http://127.0.0.1:9/v1", "--server", server)
    weir.is_forked = False
    weir.launch()
    wait_until(lambda: weir.recorders() and weir.workers(), "children are there")
    time.sleep(after_s)
    family = weir.processes()
    os.kill(weir.pid, signal.SIGKILL)
    try:
        wait_until(lambda: not any(map(is_alive, family)), "all have ended")
    finally:
        kill_all(family)


def test_a_weir_run_that_is_killed_takes_its_server_along(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    started = subprocess.Popen(
        [sys.executable, "-m", "observe", "run", "--", "sleep", "100"],
        cwd=ROOT,
        env={**own_environment(tmp_path), "WEIR_PORT": port},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    family: list[int] = []

    def sleeps() -> bool:
        family[:] = below(started.pid)
        return any(command_line(pid).startswith("sleep ") for pid in family)

    try:
        wait_until(sleeps, "the command runs")
        started.kill()
        started.wait()
        served = [pid for pid in family if is_alive(pid)]
        assert len(served) == 5  # supervisor, worker, pages, recorder, alerts
        wait_until(lambda: not any(map(is_alive, served)), "the server has ended")
    finally:
        kill_all([started.pid, *family])


def is_alive(pid: int) -> bool:
    return "observe" in command_line(pid)
