"""Drains the journal of a data directory as a recorder does that is behind.

`bench/drain.py` runs it as `python -m bench.drained all|bare`; prints the µs of
processor time a request, and what the words took that were left.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Iterable
from typing import Any

import django


def main(what: str) -> None:
    django.setup()
    from django.conf import settings

    from proxy.recorder import Recorder

    recorder = Recorder(settings.WEIR_JOURNAL_DIR, "bench")
    if what == "bare":
        _strip(recorder)
    gc.freeze()
    gc.disable()
    texts = recorder._texts
    began, done = time.process_time(), 0
    while more := recorder.step():
        done += more
        texts.work(is_busy=True, is_behind=True)
    drained = time.process_time()
    while texts.step() is not None:
        pass
    behind = time.process_time() - drained
    print((drained - began) / done * 1e6, behind / done * 1e6)


def _strip(recorder: Any) -> None:
    """Without figures over time and without words."""
    from proxy.recording.indexing import TextIndexer
    from runs.record import ExchangeRecord
    from runs.store import writer
    from runs.store.figures import RollupWriter

    class NoWords(TextIndexer):
        def work(self, *, is_busy: bool, is_behind: bool = False) -> None:
            pass

        def stored(self, records: Iterable[ExchangeRecord]) -> None:
            pass

        def step(self) -> None:
            pass

    class NoFigures(RollupWriter):
        def add(self, stored: Iterable[Any]) -> None:
            pass

    recorder._texts = NoWords()
    writer._store._rollups = NoFigures()


if __name__ == "__main__":
    main(sys.argv[1])
