"""Real shells, and what they are asked to offer."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = "known-file.har"
OFFERS = [
    (("weir", "ru"), {"run", "runs"}),
    (("weir", "runs", ""), {"list", "show", "compare", "delete"}),
    (("weir", "runs", "lis"), {"list"}),
    (("weir", "runs", "list", "--st"), {"--state"}),
    (("weir", "runs", "list", "--state", ""), {"active", "paused", "ended"}),
    (("weir", "requests", "show", "x", "--body", "res"), {"response"}),
    (("weir", "completion", ""), {"bash", "zsh", "fish"}),
    (("weir", "help", "pru"), {"prune"}),
    (("weir", "backup", "known"), {HERE}),
    (("weir", "export", "-o", "known"), {HERE}),
    (("weir", "run", "--", "ls", "known"), {HERE}),
    (("weir", "run", "--report", ""), {"text", "json", "markdown", "junit"}),
]
every_offer = pytest.mark.parametrize(
    ("words", "offered"), OFFERS, ids=[" ".join(words) for words, _ in OFFERS]
)


def needs(shell: str) -> pytest.MarkDecorator:
    there = shutil.which(shell) is not None
    return pytest.mark.skipif(not there, reason=f"no {shell} here")


def said(*command: str, cwd: Path) -> str:
    home = {"HOME": str(cwd), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    ended = subprocess.run(
        command, cwd=cwd, env=home, capture_output=True, text=True, check=True
    )
    assert ended.stderr == ""
    return ended.stdout
