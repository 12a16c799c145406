"""The whole suite, as `make test` runs it: `python -m tests.suite [pytest arguments]`.

Three workers on SQLite, and one beside them on PostgreSQL, with what touches the
database: most tests wait for processes, so two cores have time for all of them. At
last, with nothing beside them, the tests that measure time or memory. Each part runs,
whatever the one before it said. With `--quick` first, it is `make quick`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

import pytest

from tests.own_home import SHARED
from tests.postgres import NoPostgres, postgres
from tests.selection import ALONE

TESTS = Path(__file__).parent
# A file's tests stay with one worker: they share servers. Files begin in the order of
# tests/selection.py, not by how many tests they have.
FILES = ("--dist", "loadfile", "--no-loadscope-reorder")


@dataclass(frozen=True, slots=True)
class Part:
    """One run of pytest."""

    name: str
    flags: tuple[str, ...]
    files: str = ""
    """Only files where this is found are read: reading all takes a worker seconds."""
    on_postgres: bool = False
    is_beside: bool = False
    """It runs while the others do; what it says is shown when they are over."""


PARTS: tuple[Part, ...] = (
    Part("SQLite", ("-n", "3", *FILES, "-m", "not alone")),
    Part(
        "PostgreSQL",
        ("-m", "database and not alone"),
        r"django_db|transactional_db|\bdb: None|\bseeded",
        on_postgres=True,
        is_beside=True,
    ),
    Part(ALONE, ("-m", "alone"), r"mark\.alone"),
)
# What takes seconds by itself: official clients to import, databases to migrate,
# recorders and terminals to be waited for.
LONG = (
    "clients",
    "observe/cli/completion/test_zsh.py",
    "observe/doctor/test_database.py",
    "observe/live",
    "observe/traffic",
    "pricing/test_admin.py",
    "proxy/demo/test_transport.py",
    "proxy/recording/test_billing.py",
    "proxy/setup/test_health.py",
    "proxy/test_admin.py",
    "proxy/wire/test_robustness.py",
    "runs/exporters/test_memory.py",
    "runs/keeping/test_retention.py",
)
QUICK = (
    *("-m", "not server and not alone"),
    *(f"--ignore={TESTS / path}" for path in LONG),
)


def main(arguments: list[str], parts: Sequence[Part] = PARTS) -> int:
    """Runs each part; the lowest bad exit code, or 0."""
    if arguments[:1] == ["--quick"]:
        arguments, parts = arguments[1:], (Part("quick", ("-n", "2", *FILES, *QUICK)),)
    began, ends = time.monotonic(), dict[str, int]()
    with ThreadPoolExecutor() as threads, ExitStack() as files:
        os.environ[SHARED] = files.enter_context(TemporaryDirectory("-weir-suite"))
        beside = {}
        for part in (part for part in parts if part.is_beside):
            said = files.enter_context(TemporaryFile("w+"))
            beside[part.name] = said, threads.submit(_run, part, arguments, said)
        for part in (part for part in parts if not part.is_beside):
            if part.name == ALONE:
                wait(running for _, running in beside.values())
            _say(part.name, began)
            ends[part.name] = _run(part, arguments)
        for name, (said, running) in beside.items():
            ends[name] = running.result()
            _say(name, began)
            said.seek(0)
            sys.stdout.write(said.read())
    told = [f"{name} {code or 'ok'}" for name, code in ends.items()]
    _say(", ".join(told), began)
    # A part may have none of the tests that were asked for, but not every part.
    bad = set(ends.values()) - {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}
    return min(bad or ends.values())


def _say(text: str, began: float) -> None:
    sys.stdout.write(f"\n== {text} ({time.monotonic() - began:.0f} s)\n")
    sys.stdout.flush()


def _run(part: Part, arguments: list[str], said: IO[str] | None = None) -> int:
    command = [sys.executable, "-m", "pytest", *part.flags, *arguments]
    if not any(Path(each.partition("::")[0]).exists() for each in arguments):
        command += _files(part.files)
    try:
        with _environment(part) as environ:
            return subprocess.call(command, env=environ, stdout=said, stderr=said)
    except NoPostgres as error:
        (said or sys.stderr).write(f"tests.suite: {error}\n")
        return pytest.ExitCode.INTERNAL_ERROR


def _files(pattern: str) -> list[str]:
    if not pattern:
        return []
    found = sorted(TESTS.rglob("test_*.py"))
    return [str(file) for file in found if re.search(pattern, file.read_text("utf-8"))]


@contextmanager
def _environment(part: Part) -> Iterator[dict[str, str]]:
    # Hundreds of Pythons are started: they may keep what they compiled.
    environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    if not part.on_postgres:
        yield environ
        return
    with postgres() as url:
        yield environ | {"DATABASE_URL": url}


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
