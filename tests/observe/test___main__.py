"""`python -m observe` is the `weir` command, its exit codes included."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def observe(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "observe", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_says_its_version_as_weir_does() -> None:
    told = observe("--version")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("weir ")


def test_its_failures_are_weirs() -> None:
    told = observe("serv")
    assert told.returncode == 2
    assert told.stdout == ""
    assert told.stderr.startswith("weir: There is no verb “serv”; did you mean serve?")
    assert "Traceback" not in told.stderr
