"""What the recorder's process has in memory: nothing that only pages need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.own_home import ROOT, own_environment

LOADED = "import sys; print(*sys.modules)"
PAGES = ("ninja", "pydantic", "httpx", "proxy.admin", "observe.urls")


@pytest.mark.parametrize(
    "module", ["proxy.recorder", "observe.cli.commands.prepare", "pricing.sync"]
)
def test_no_page_is_loaded_where_none_is_shown(module: str, tmp_path: Path) -> None:
    code = f"import django; django.setup(); import {module}; {LOADED}"
    command = [sys.executable, "-c", code]
    environment = own_environment(tmp_path)
    told = subprocess.check_output(command, cwd=ROOT, env=environment, text=True)
    loaded = set(told.split())
    assert module in loaded
    assert not loaded & set(PAGES)
