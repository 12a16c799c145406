"""`observe/serve/orphans.py`: a child whose parent has ended stops by itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from observe.own_process import PARENT as PARENT_ID
from observe.serve.orphans import ORPHANED

ROOT = Path(__file__).resolve().parents[3]
CHILD = """
import threading
from observe.serve.orphans import when_orphaned
orphaned = threading.Event()
when_orphaned(orphaned.set, patience_s=60, check_s=0.01)
print("stopped at once" if orphaned.wait(0.1) else "watching", flush=True)
print("stopped" if orphaned.wait(20) else "still there", flush=True)
"""
PARENT = """
import subprocess, sys
subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdin=subprocess.DEVNULL)
sys.stdin.read()
"""

STUBBORN = """
import time
from observe.serve.orphans import when_orphaned
when_orphaned(lambda: None, patience_s=0.05, check_s=0.01)
print("watching", flush=True)
time.sleep(60)
"""


def test_a_child_that_came_after_its_parents_end_stops_at_once() -> None:
    child = subprocess.run(
        [sys.executable, "-c", CHILD],
        cwd=ROOT,
        env={**os.environ, PARENT_ID: "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert child.stdout.splitlines() == ["stopped at once", "stopped"]


def test_a_child_that_does_not_stop_is_ended() -> None:
    child = subprocess.run(
        [sys.executable, "-c", STUBBORN],
        cwd=ROOT,
        env={**os.environ, PARENT_ID: "1"},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert child.returncode == ORPHANED


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
