"""What PostgreSQL's own processes spend on pages; `bench/pages.py` tells it.

A page's connection is its own and PostgreSQL gives it a process, which is gone behind
it: what its parent has waited for is what they took, in hundredths of a second.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

LEAVES_S = 0.1
"""In this time a process that nobody needs is gone."""


@dataclass(frozen=True, slots=True)
class Backends:
    parent: int
    """Of all of them; 0: there is none on this machine."""

    @classmethod
    def of(cls, address: str) -> Backends:
        if not address:
            return cls(0)
        with psycopg.connect(address) as database:
            found = database.execute("SELECT pg_backend_pid()").fetchone()
        fields = _fields(found[0]) if found else []
        return cls(int(fields[1]) if fields else 0)

    def spent_ms(self) -> float:
        """Of those that have ended, until now."""
        if not self.parent:
            return 0.0
        time.sleep(LEAVES_S)
        user, system = _fields(self.parent)[13:15]
        return (int(user) + int(system)) * 1000 / os.sysconf("SC_CLK_TCK")


def _fields(pid: int) -> list[str]:
    """Of a process's `stat`, behind its name (proc(5)): its state is the first."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text()
    except OSError:  # on another machine
        return []
    return told.rpartition(")")[2].split()
