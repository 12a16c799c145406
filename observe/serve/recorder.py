"""The recorder's process, forked by the supervisor.

Prints one line for each finished request, unless `--quiet`.
"""

from __future__ import annotations

import signal
import sys
from types import FrameType

from django.conf import settings

from observe import host_id
from observe.serve import forking
from observe.serve.console import RequestLines
from observe.serve.orphans import DRAIN_S, when_orphaned
from observe.serve.priority import give_way, hurry
from proxy.recorder import Recorder

NICENESS = 5
"""A third of what a worker gets where there is too little for both: it falls behind,
and never comes to a stand."""


def main() -> None:
    listener = None if settings.WEIR_QUIET else RequestLines(sys.stdout)
    host = host_id.read_or_make(settings.WEIR_DATA_DIR)
    recorder = Recorder(settings.WEIR_JOURNAL_DIR, host, listener)

    def stop(number: int = 0, frame: FrameType | None = None) -> None:
        recorder.is_stopping = True
        hurry()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    forking.answer()
    when_orphaned(stop, patience_s=DRAIN_S)
    # Forwarding comes first: on a busy machine the journal grows and is caught up with.
    give_way(NICENESS)
    recorder.run()
