"""The script of the shell that a file of tests is about."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.observe.cli.commands.told import weir
from tests.observe.cli.completion.shells import HERE


@pytest.fixture
def script(shell: str, tmp_path: Path) -> Path:
    file = tmp_path / f"weir.{shell}"
    file.write_text(weir("completion", shell).out, "utf-8")
    (tmp_path / HERE).touch()
    return file
