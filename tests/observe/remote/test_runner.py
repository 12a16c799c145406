"""A session's runner: this process lives, one that ended or was followed does not."""

from __future__ import annotations

import os
import socket
import subprocess

import pytest

from observe.remote import runner

HERE = socket.gethostname()


def test_a_process_lives_until_it_has_ended() -> None:
    host, pid, began = runner.name().rsplit(":", 2)
    assert (host, int(pid)) == (HERE, os.getpid())
    assert not runner.is_dead(runner.name())
    # Its number is another's by now.
    assert runner.is_dead(f"{host}:{pid}:{int(began) - 1}")
    ended = subprocess.Popen(["true"])
    ended.wait()
    assert runner.is_dead(f"{HERE}:{ended.pid}:{began}")


@pytest.mark.parametrize(
    "told", ["", f"another.{HERE}:1:5", f"{HERE}:x:5", "words", f"{HERE}:1:"]
)
def test_whoever_is_not_known_to_have_ended_lives(told: str) -> None:
    assert not runner.is_dead(told)
