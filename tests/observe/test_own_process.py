"""A process that Weir starts finds Weir's code, wherever it is started."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from observe.own_process import environment

ROOT = Path(__file__).resolve().parent.parent.parent
SAY = "import proxy; print(proxy.__file__)"


def said_in(directory: Path, *flags: str) -> str:
    ended = subprocess.run(
        [sys.executable, *flags, "-c", SAY],
        cwd=directory,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return ended.stdout.strip()


@pytest.mark.parametrize("flags", [(), ("-S",)])
def test_a_users_file_is_not_taken_for_a_room(
    tmp_path: Path, flags: tuple[str, ...]
) -> None:
    """`-S`: nothing is installed, as in a checkout that just runs `manage.py`."""
    (tmp_path / "proxy.py").write_text("raise SystemExit('not our proxy')")
    assert said_in(tmp_path, *flags) == str(ROOT / "proxy" / "__init__.py")


def test_the_rest_of_the_environment_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/theirs")
    found = environment(WEIR_PORT="1")
    assert found["PYTHONPATH"].split(os.pathsep)[-1] == "/theirs"
    assert found["WEIR_PORT"] == "1"
    assert found["PATH"] == os.environ["PATH"]
