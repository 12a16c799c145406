"""What a start costs, and what the processes hold that have nothing to do."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.server import WeirServer, wait_until

pytestmark = pytest.mark.alone

LISTENING_S, READY_S = 2.0, 3.0
"""Processor time of all processes; on a quiet machine it is half of that."""
IDLE_MIB = 130


def test_a_start_is_short_and_idle_processes_share_their_memory(tmp_path: Path) -> None:
    weir = WeirServer(tmp_path, "")
    weir.launch()
    try:
        wait_until(lambda: weir.workers() and "listens" in weir.log(), "it listens")
        assert spent_s(weir) < LISTENING_S
        found = re.search(r"127\.0\.0\.1:(\d+)", weir.log())
        assert found
        weir.address = ("127.0.0.1", int(found[1]))
        wait_until(weir.is_ready, "it is ready")
        assert spent_s(weir) < READY_S
        assert proportional_mib(weir) < IDLE_MIB
    finally:
        weir.stop()


def spent_s(weir: WeirServer) -> float:
    """Of everybody, those who have ended as well (`weir prepare`)."""
    ticks = 0
    for pid in (weir.pid, *weir.processes()):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def proportional_mib(weir: WeirServer) -> float:
    """What is shared is counted once."""
    kib = 0
    for pid in (weir.pid, *weir.processes()):
        told = Path(f"/proc/{pid}/smaps_rollup").read_text()
        found = re.search(r"^Pss:\s+(\d+) kB", told, re.MULTILINE)
        kib += int(found[1]) if found else 0
    return kib / 1024
