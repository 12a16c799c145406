"""How Weir starts itself once more: the environment of each process of its own.

Used by `observe/serve/supervisor.py`, `weir demo --start` and
`observe/remote/own_server.py`; all run `python -m observe…` with their own Python.
"""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent
PARENT = "WEIR_PARENT"
"""The id of the process that started this one (`observe/serve/orphans.py`)."""


def environment(**changed: str) -> dict[str, str]:
    """Ours, with `changed`; the code is found wherever the process is started."""
    environ = {**os.environ, **changed, PARENT: str(os.getpid())}
    # The directory we are called in may hold a `runs` or `proxy` of its own.
    environ["PYTHONSAFEPATH"] = "1"
    # A checkout may run without being installed. Installed packages are found anyway,
    # and must not come before the standard library.
    if Path(sysconfig.get_path("purelib")).resolve() != SOURCE:
        paths = (str(SOURCE), environ.get("PYTHONPATH", ""))
        environ["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    return environ
