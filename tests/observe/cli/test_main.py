"""`weir` as a process: its help, its version, what it loads, how it is interrupted."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from observe.cli.verbs import GROUPS, VERBS
from runs.version import weir_version
from tests.observe.remote.weir_command import environment, sentence, weir

pytestmark = pytest.mark.server
LOADED = """
import sys
from observe.cli.main import run
try:
    run({words!r})
except SystemExit:
    pass
there = [name for name, module in sys.modules.items() if module]
print(*sorted({{name.partition(".")[0] for name in there}}), file=sys.stderr)
"""


@pytest.mark.parametrize("words", [(), ("help",), ("--help",), ("-h",)])
def test_help_lists_the_verbs_in_groups(tmp_path: Path, words: tuple[str, ...]) -> None:
    ended = weir(tmp_path, *words)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert [g.title for g in GROUPS if f"\n{g.title}\n" not in ended.stdout] == []
    for verb in VERBS.values():
        assert f"  {verb.name} " in ended.stdout
        assert verb.about in ended.stdout
        assert verb.examples[0] in ended.stdout


def test_help_of_a_verb_below_another(tmp_path: Path) -> None:
    ended = weir(tmp_path, "help", "runs", "list")
    assert ended.stdout == weir(tmp_path, "runs", "list", "--help").stdout
    assert ended.stdout.startswith("usage: weir runs list ")


def test_version_is_weirs(tmp_path: Path) -> None:
    assert weir(tmp_path, "--version").stdout == f"weir {weir_version()}\n"


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["--version"],
        ["completion", "bash"],
        ["prune", "--help"],
        ["prune", "--older-than", "soon"],
    ],
    ids=" ".join,
)
def test_what_only_prints_loads_no_library(tmp_path: Path, words: list[str]) -> None:
    assert loaded(tmp_path, words) & {"django", "httpx"} == set()


@pytest.mark.parametrize(
    "words", [["runs", "list"], ["export"], ["gate", "x", "--max-cost", "1"]]
)
def test_what_asks_a_server_loads_no_django(tmp_path: Path, words: list[str]) -> None:
    found = loaded(tmp_path, [*words, "--server", "127.0.0.1:1"])
    assert "httpx" in found
    assert "django" not in found


def loaded(cwd: Path, words: list[str]) -> set[str]:
    ended = subprocess.run(
        [sys.executable, "-c", LOADED.format(words=words)],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return set(ended.stderr.splitlines()[-1].split())


def test_a_reader_that_is_gone_is_no_error(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ended = subprocess.run(
        [sys.executable, "-m", "observe", "completion", "zsh"],
        cwd=tmp_path,
        env=environment(),
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (128 + signal.SIGPIPE, "")


def test_ctrl_c_ends_a_verb_without_a_word(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = f"127.0.0.1:{silent.getsockname()[1]}"
        waiting = subprocess.Popen(
            [sys.executable, "-m", "observe", "runs", "list", "--server", where],
            cwd=tmp_path,
            env=environment(),
            stderr=subprocess.PIPE,
            text=True,
        )
        silent.settimeout(60)
        connection, _ = silent.accept()
        with connection:
            connection.recv(1)
            # It waits for the answer now, or will: Python loses a signal's call between
            # the last look for one and the wait.
            time.sleep(0.5)
            waiting.send_signal(signal.SIGINT)
            _, said = waiting.communicate(timeout=20)
    assert (waiting.returncode, said) == (130, "")


def test_djangos_own_commands_are_behind_manage(tmp_path: Path) -> None:
    listed = weir(tmp_path, "manage", "help").stdout
    assert "createsuperuser" in listed
    assert weir(tmp_path, "manage", "check").returncode == 0
    wrong = weir(tmp_path, "createsuperuser")
    assert wrong.returncode == 2
    assert "no verb “createsuperuser”" in sentence(wrong)
    assert "`weir manage`" in wrong.stderr
