"""Ctrl-Z: what leads a process group of its own stops with us, and goes on with us.

A terminal stops the group in its foreground alone. `trial.py` tells the leaders that it
starts and measures their time; `experiment_run.py` and `weir session run` say while
which of their work it holds.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_leaders: set[int] = set()
_starts: set[object] = set()
"""Those that are under way: what they start has no number yet."""
_is_due = False
"""Ctrl-Z came while one was."""
_away_s = 0.0


def awake_s() -> float:
    """A clock that stands still while we are stopped."""
    return time.monotonic() - _away_s


@contextmanager
def stopped_with_us(
    start: Callable[[], subprocess.Popen[bytes]],
) -> Iterator[subprocess.Popen[bytes]]:
    """What `start` starts, which leads a group; Ctrl-Z waits until it is known."""
    this = object()
    _starts.add(this)
    try:
        child = start()
        _leaders.add(child.pid)
    finally:
        _starts.discard(this)
        if _is_due and not _starts:
            os.kill(os.getpid(), signal.SIGTSTP)  # we may be in any thread
    try:
        yield child
    finally:
        _leaders.discard(child.pid)


@contextmanager
def together() -> Iterator[None]:
    """As long as it lasts; where Ctrl-Z is ignored, it stays so."""
    before = signal.getsignal(signal.SIGTSTP)
    if before is signal.SIG_IGN:
        yield
        return
    signal.signal(signal.SIGTSTP, _suspend)
    try:
        yield
    finally:
        signal.signal(signal.SIGTSTP, before)


def _suspend(number: int, frame: FrameType | None) -> None:
    global _away_s, _is_due
    _is_due = True  # first: a start that ends just now looks at it
    if _starts:
        return
    _is_due = False
    began = time.monotonic()
    _tell(signal.SIGSTOP)
    signal.signal(signal.SIGTSTP, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGTSTP)  # comes back when the shell says `fg`
    signal.signal(signal.SIGTSTP, _suspend)
    _away_s += time.monotonic() - began
    _tell(signal.SIGCONT)


def _tell(number: int) -> None:
    for leader in tuple(_leaders):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(leader, number)
