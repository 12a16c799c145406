"""Which processes of `weir serve` go first: workers; the others give way on a busy
machine.

Called once by the recorder, the pages, alerts and the daily prune. Linux groups what
runs by session (autogroup, sched(7)) and Weir's processes have a session each: there a
nice value only ranks a process within its own group, where nobody else is. So the
group gets one as well.

A worker asks for short turns: what wakes it is mostly a chunk that somebody waits for.
Since 6.12 Linux gives a process that asks for less at once its turn earlier, and
no more in all (sched(7), `sched_runtime` of sched_setattr(2)).
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import threading
import time
from contextlib import suppress
from pathlib import Path

_GROUP = Path("/proc/self/autogroup")
_AGAIN_S, _TRIES = 0.2, 50
"""The kernel takes one such word in a tenth of a second, from all who aren't root."""
_TURN_NS = 100_000
"""The least that Linux takes; its own are of 3 ms."""
_SCHED_SETATTR = {"x86_64": 314, "aarch64": 274, "riscv64": 274}
"""The system call's number: C libraries have had a name for it only since 2024."""
_ATTR = struct.Struct("=IIQiIQQQ")
"""size, policy, flags, nice, priority, runtime, deadline, period"""
_wanted = 0
"""What the group was last asked to be."""


def give_way(niceness: int) -> None:
    os.nice(niceness)
    _place_group(niceness)
    if hasattr(os, "SCHED_BATCH") and os.sched_getscheduler(0) == os.SCHED_OTHER:
        # Woken, it interrupts nobody: a worker's turn is its own.
        with suppress(OSError):  # a sandbox may forbid it
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def take_short_turns() -> None:
    """For this thread and those that it starts. Elsewhere than on Linux, and where an
    operator chose another way of sharing, nothing changes."""
    number = _SCHED_SETATTR.get(platform.machine())
    if number is None or not hasattr(os, "sched_getscheduler"):
        return
    policy = os.sched_getscheduler(0)
    if policy != os.SCHED_OTHER:
        return
    nice = os.getpriority(os.PRIO_PROCESS, 0)
    asked = _ATTR.pack(_ATTR.size, policy, 0, nice, 0, _TURN_NS, 0, 0)
    ctypes.CDLL(None).syscall(number, 0, asked, 0)


def hurry() -> None:
    """Told to end: what is left to do is waited for. A process can't take its nice
    value back, but its group can."""
    _place_group(0)


def _place_group(niceness: int) -> None:
    global _wanted
    if os.getsid(0) != os.getpid():
        return  # a person's terminal: what else is in it keeps its place
    _wanted = niceness
    if not _is_placed():
        threading.Thread(target=_insist, daemon=True).start()


def _insist() -> None:
    for _ in range(_TRIES):
        time.sleep(_AGAIN_S)
        if _is_placed():
            return


def _is_placed() -> bool:
    """As is wanted: a signal, or another thread, may want something else meanwhile, and
    the older word must not be the last. Where there are no such groups, nice values are
    enough."""
    told = _wanted
    try:
        _GROUP.write_text(str(told))
    except OSError as error:
        return error.errno != errno.EAGAIN
    return told == _wanted
