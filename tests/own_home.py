"""What a Weir that a test starts finds: its environment, and a database that is ready.

Used by `tests/server.py`.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "weir.sqlite3"
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
    home = Path(tempfile.mkdtemp(prefix="weir-prepared-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    command = [sys.executable, "-m", "observe", "prepare"]
    subprocess.run(command, cwd=ROOT, env=own_environment(home), check=True)
    return home / DATABASE
