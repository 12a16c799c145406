"""`observe/serve/orphans.py`: a child whose parent has ended stops by itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CHILD = """
import threading
from observe.serve.orphans import when_orphaned
orphaned = threading.Event()
when_orphaned(orphaned.set, check_s=0.01)
print("stopped at once" if orphaned.wait(0.1) else "watching", flush=True)
print("stopped" if orphaned.wait(20) else "still there", flush=True)
"""
PARENT = """
import subprocess, sys
subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdin=subprocess.DEVNULL)
sys.stdin.read()
"""


def test_a_child_stops_when_its_parent_has_ended_and_not_before() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    ) as parent:
        assert parent.stdin
        assert parent.stdout
        assert parent.stdout.readline() == "watching\n"
        parent.stdin.close()
        assert parent.stdout.readline() == "stopped\n"
