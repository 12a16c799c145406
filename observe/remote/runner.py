"""Which process drives a session, and whether it still lives.

A session remembers its runner; one that was killed on this machine left sessions that
nobody will end (`observe/remote/experiment_run.py` aborts them, and their cells are run
again).
"""

from __future__ import annotations

import os
import socket
from pathlib import Path


def name() -> str:
    """Of this process: host, process and when it began."""
    return f"{socket.gethostname()}:{os.getpid()}:{_began(os.getpid())}"


def is_dead(runner: str) -> bool:
    """True only for a process of this machine that has ended."""
    host, _, rest = runner.rpartition(":")[0].rpartition(":")
    began = runner.rpartition(":")[2]
    if host != socket.gethostname() or not rest.isdecimal():
        return False
    pid = int(rest)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return bool(began) and _began(pid) != began


def _began(pid: int) -> str:
    """In clock ticks since the machine started; "" where nothing tells."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return ""
    # Behind the name, which may hold blanks and brackets, the twentieth.
    return told.rpartition(")")[2].split()[19]
