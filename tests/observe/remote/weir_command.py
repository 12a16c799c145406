"""The real `weir` command as a process, in a directory of its own."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.forked import Order, run
from tests.own_home import OURS, ROOT

FOREIGN = ("OPENAI_", "ANTHROPIC_", "GEMINI_", "GOOGLE_", "LLM_", "GITHUB_", "CI")


def environment(**env: str) -> dict[str, str]:
    """Nothing of the machine's own settings."""
    kept = {
        name: text
        for name, text in os.environ.items()
        if not name.upper().startswith((*OURS, *FOREIGN))
    }
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return kept | {"PYTHONPATH": str(ROOT)} | env


def weir(cwd: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run `weir ARGUMENTS…` to its end."""
    order = Order(list(arguments), str(cwd), environment(**env))
    return run(order, seconds=120)


def weir_json(cwd: Path, *arguments: str, **env: str) -> Any:
    """Its answer with `--json`."""
    ended = weir(cwd, *arguments, "--json", **env)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def sentence(ended: subprocess.CompletedProcess[str]) -> str:
    """What went wrong, told as every verb tells it: a sentence, perhaps a hint."""
    first, *others = ended.stderr.splitlines()
    assert first.startswith("weir: "), ended.stderr
    assert len(others) <= 1, ended.stderr
    assert all(line.startswith("hint: ") for line in others), ended.stderr
    return first
