"""The version is said in one place, and the same everywhere it is shown."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from observe.api import api, benchmark
from runs.version import weir_version

ROOT = Path(__file__).resolve().parent.parent.parent
SAID = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
SOURCES = ("observe", "proxy", "runs", "pricing", "templates", "tests", "bench")


def test_what_is_installed_is_what_pyproject_says() -> None:
    assert weir_version() == SAID


def test_a_checkout_that_is_not_installed_knows_it_too() -> None:
    """`-S` hides all that is installed."""
    script = "from runs.version import weir_version; print(weir_version())"
    command = [sys.executable, "-S", "-c", script]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ended.stdout.strip() == SAID, ended.stderr


def test_the_apis_say_it() -> None:
    assert api.version == benchmark.version == SAID


def test_nothing_else_spells_it() -> None:
    own = re.compile(rf"(?<![\d.]){re.escape(SAID)}(?![\d.])")
    files = [path for room in SOURCES for path in (ROOT / room).rglob("*.py")]
    assert [path for path in files if own.search(path.read_text("utf-8"))] == []
