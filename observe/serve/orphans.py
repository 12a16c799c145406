"""A process of `weir serve` ends when the supervisor is gone, however it went.

Started by `worker.py` and `recorder.py`: nobody would tell them to stop any more.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

PARENT_CHECK_S = 1.0


def when_orphaned(stop: Callable[[], None], check_s: float = PARENT_CHECK_S) -> None:
    """Calls `stop` once, from a thread of its own, when the parent has ended."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(check_s)
        stop()

    threading.Thread(target=watch, name="weir-orphan-watch", daemon=True).start()
