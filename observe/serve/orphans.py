"""A process of Weir's ends when the one that started it is gone, however it went.

Started by `worker.py`, `recorder.py` and `supervisor.py`: nobody would tell them to
stop any more. Whoever starts one hands its own id down (`observe/own_process.py`), so
that a parent that ended before its child could look is missed, too.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

from observe.own_process import PARENT

PARENT_CHECK_S = 1.0
STOP_S = 5.0
"""For a worker's end itself, beside what open streams get (WEIR_GRACE)."""
DRAIN_S = 120.0
"""For the recorder, with the last of the journal."""
ORPHANED = 70
"""Exit code of one that could not end by itself."""


def parent_id() -> int:
    """Of the process that started this one, also where it has ended since."""
    return int(os.environ.get(PARENT) or os.getppid())


def when_orphaned(
    stop: Callable[[], None], *, patience_s: float, check_s: float = PARENT_CHECK_S
) -> None:
    """Calls `stop` once, from a thread of its own, when the parent has ended.

    What is still there after `patience_s` is ended hard: a supervisor would have.
    """
    parent = parent_id()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(check_s)
        stop()
        time.sleep(patience_s)
        os._exit(ORPHANED)

    threading.Thread(target=watch, name="weir-orphan-watch", daemon=True).start()
