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


def give_way(niceness: int) -> None:
    os.nice(niceness)
    _place_group(niceness)


def hurry() -> None:
    """Told to end: what is left to do is waited for. A process can't take its nice
    value back, but its group can."""
    _place_group(0)


def _place_group(niceness: int) -> None:
    if os.getsid(0) != os.getpid():
        return  # a person's terminal: what else is in it keeps its place
    if _is_refused(niceness):
        threading.Thread(target=_insist, args=(niceness,), daemon=True).start()


def _insist(niceness: int) -> None:
    for _ in range(_TRIES):
        time.sleep(_AGAIN_S)
        if not _is_refused(niceness):
            return


def _is_refused(niceness: int) -> bool:
    """For now. Where there are no such groups, nice values are enough."""
    try:
        _GROUP.write_text(str(niceness))
    except OSError as error:
        return error.errno == errno.EAGAIN
    return False
