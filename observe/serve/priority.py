"""Which processes of `weir serve` go first: workers; the others give way on a busy
machine.

Called once by the recorder, the pages, alerts and the daily prune. Linux groups what
runs by session (autogroup, sched(7)) and Weir's processes have a session each: there a
nice value only ranks a process within its own group, where nobody else is. So the
group gets one as well.
"""

from __future__ import annotations

import errno
import os
import threading
import time
from pathlib import Path

_GROUP = Path("/proc/self/autogroup")
_AGAIN_S, _TRIES = 0.2, 50
"""The kernel takes one such word in a tenth of a second, from all who aren't root."""
_wanted = 0
"""What the group was last asked to be."""


def give_way(niceness: int) -> None:
    os.nice(niceness)
    _place_group(niceness)


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
