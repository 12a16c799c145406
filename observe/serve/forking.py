"""The children of `weir serve`: forks of the supervisor, which has loaded everything.

Used by `supervisor.py` and `child.py`. One import of the application instead of one a
process, and its memory is shared. The supervisor has no thread, no event loop and no
connection to the database when it forks, so a child inherits nothing half done; what
must not be the same in two of them (random seeds) is renewed by who owns it.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from observe.own_process import PARENT

Job = Callable[[socket.socket], int]
"""What a child does with its life; given the listening socket, to serve or to close."""

HANDLED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""What the supervisor answers in its own way, and a child must not."""


def hold_streams() -> None:
    """Called before anything is opened: where whoever started this has closed its
    standard input, the socket would get that number, and a child puts its own there."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free: this one


class Born(BaseException):
    """Raised in a new child: unwinds the supervisor's work down to its `main`.

    From there the child lives and ends as any Python program does.
    """

    def __init__(self, job: Job) -> None:
        super().__init__()
        self.job = job


def fork(job: Job, name: str, *, answers_later: bool = False) -> int:
    """The id of the child. In the child it raises `Born`, with no signal lost.

    `answers_later`: what it is told waits until it calls `answer`.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    parent, pid = os.getpid(), -1
    before = signal.pthread_sigmask(signal.SIG_BLOCK, HANDLED)
    try:
        pid = os.fork()
        if not pid:
            _become(name, parent)
    finally:
        if pid or not answers_later:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
    if not pid:
        raise Born(job)
    return pid


def answer() -> None:
    """Called by a child that has its own handlers now."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HANDLED)


def _become(name: str, parent: int) -> None:
    """A process of its own, as if it had been started by name."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # A Ctrl-C in the terminal reaches only the supervisor, which knows the order in
    # which to stop.
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.environ[PARENT] = str(parent)
    # What `ps` and `top` call it, where the system lets a process say so.
    with suppress(OSError):
        Path("/proc/self/comm").write_text(name)
