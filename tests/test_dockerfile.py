"""What of the container can be checked without one: its parts, and its health check."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.server import WeirServer

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
LETS_IN = re.findall(
    r"^!(.+)$", (ROOT / ".dockerignore").read_text("utf-8"), re.MULTILINE
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def health(port: int) -> int:
    """The exit code of the image's own health check, for a Weir on that port."""
    found = re.search(r"^HEALTHCHECK .*?CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert found
    _, *arguments = json.loads(found[1])
    environ = os.environ | {"WEIR_PORT": str(port)}
    ended = subprocess.run(
        [sys.executable, *arguments], env=environ, capture_output=True, timeout=30
    )
    return ended.returncode


def test_the_health_check_tells_a_ready_weir_from_none(tmp_path: Path) -> None:
    with WeirServer(tmp_path, "http://127.0.0.1:1/v1") as weir:
        port = weir.address[1]
        assert health(port) == 0
    assert health(port) == 1


def test_all_that_the_wheel_is_built_from_is_let_in() -> None:
    rooms = PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]
    needed = {room.rstrip("*") for room in rooms} | {"templates", "requirements.lock"}
    needed |= {"pyproject.toml", PROJECT["project"]["readme"]}
    assert needed <= set(LETS_IN)
    assert all((ROOT / name).exists() for name in LETS_IN)


def test_it_runs_as_an_ordinary_user_with_its_data_in_a_volume() -> None:
    last_stage = DOCKERFILE.rsplit("FROM ", 1)[1]
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", last_stage, re.MULTILINE)
    assert re.search(r"^VOLUME /data$", last_stage, re.MULTILINE)
    assert "WEIR_DATA_DIR=/data" in last_stage
