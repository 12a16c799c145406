"""A command under `weir run`: its exit code and its signals."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from observe.problem import Problem
from observe.remote import child

PYTHON = [sys.executable, "-c"]


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("pass", 0),
        ("raise SystemExit(7)", 7),
        ("import os; os.kill(os.getpid(), 15)", 143),
        ("import os; os.kill(os.getpid(), 9)", 137),
    ],
)
def test_the_exit_code_is_the_commands(program: str, code: int) -> None:
    with child.forwarding() as signals:
        assert child.run([*PYTHON, program], os.environ, signals) == code


def test_the_command_gets_the_environment() -> None:
    program = "import os; raise SystemExit(int(os.environ['GIVEN']))"
    with child.forwarding() as signals:
        assert child.run([*PYTHON, program], {"GIVEN": "9"}, signals) == 9


@pytest.fixture(params=[signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1])
def number(request: pytest.FixtureRequest) -> Iterator[int]:
    """A signal that does what it does by itself: `nohup` lets SIGHUP be ignored."""
    before = signal.signal(request.param, signal.SIG_DFL)
    yield request.param
    signal.signal(request.param, before)


def test_a_signal_is_passed_on_and_ours_go_on(number: int, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    program = (
        "import pathlib, signal, sys, time\n"
        f"signal.signal({int(number)}, lambda *_: sys.exit(40))\n"
        f"pathlib.Path({str(ready)!r}).touch()\n"
        "time.sleep(20)"
    )

    def send() -> None:
        while not ready.exists():
            time.sleep(0.01)
        os.kill(os.getpid(), number)

    before = signal.getsignal(number)
    sender = threading.Thread(target=send)
    with child.forwarding() as signals:
        sender.start()
        assert child.run([*PYTHON, program], os.environ, signals) == 40
        assert signals.caught == number
    sender.join()
    assert signal.getsignal(number) is before


def test_a_signal_before_the_command_keeps_it_from_starting(tmp_path: Path) -> None:
    program = f"open({str(tmp_path / 'ran')!r}, 'w')"
    with child.forwarding() as signals:
        os.kill(os.getpid(), signal.SIGTERM)
        assert child.run([*PYTHON, program], os.environ, signals) == 143
    assert not (tmp_path / "ran").exists()


def test_what_cannot_be_started_is_said(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("no program")
    with child.forwarding() as signals:
        with pytest.raises(Problem, match="was not found") as missing:
            child.run(["/nowhere/at-all"], os.environ, signals)
        with pytest.raises(Problem, match="Permission denied") as closed:
            child.run([str(script)], os.environ, signals)
    assert (missing.value.exit_code, closed.value.exit_code) == (127, 126)
