"""What a Weir that a test starts finds: its environment, and a database that is ready.

Used by `tests/server.py`.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "weir.sqlite3"
SHARED = "TESTS_SHARED_DIR"
"""A folder of one run of the suite: what a worker made in it, the others find."""
OURS = ("WEIR_", "DATABASE_URL", "REDIS_URL", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


def own_environment(data_dir: Path) -> dict[str, str]:
    """What a Weir of its own needs, and nothing of the machine's."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(OURS) and not name.endswith("_API_KEY")
    }
    return kept | {
        "WEIR_DATA_DIR": str(data_dir),
        "DJANGO_SETTINGS_MODULE": "observe.settings",
        "PYTHONUNBUFFERED": "1",
    }


@cache
def prepared_database() -> Path:
    """As `weir serve` makes it, catalogue included: half the work of a first start."""
    shared = os.environ.get(SHARED)
    home = Path(shared) if shared else _own_folder()
    with (home / "prepared.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / DATABASE).exists():
            _prepare(home)
    return home / DATABASE


def _own_folder() -> Path:
    home = Path(tempfile.mkdtemp(prefix="weir-prepared-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    return home


def _prepare(home: Path) -> None:
    making = home / "making"
    command = [sys.executable, "-m", "observe", "prepare"]
    subprocess.run(command, cwd=ROOT, env=own_environment(making), check=True)
    (making / DATABASE).rename(home / DATABASE)  # whole, or not there
