"""The recorder's process: `python -m observe.serve.recorder`.

Started by the supervisor. Prints one line for each finished request, unless `--quiet`.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from types import FrameType

import django

NICENESS = 10


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "observe.settings")
    django.setup()
    from django.conf import settings

    from observe.serve.console import RequestLines
    from proxy.recorder import Recorder

    listener = None if settings.WEIR_QUIET else RequestLines(sys.stdout)
    recorder = Recorder(settings.WEIR_JOURNAL_DIR, listener)

    def stop(number: int, frame: FrameType | None) -> None:
        recorder.is_stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_stop_when_orphaned, args=(recorder,), daemon=True).start()
    # Forwarding comes first: on a busy machine the journal grows and is caught up with.
    os.nice(NICENESS)
    recorder.run()


def _stop_when_orphaned(recorder: object) -> None:
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(1)
    recorder.is_stopping = True  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
