"""The rows of finished requests; `runs/store/writer.py` is their only writer."""

from __future__ import annotations

from runs.store.durability import is_on_disk
from runs.store.finding import counted_as_lost, known
from runs.store.journal_positions import (
    JournalFile,
    forget,
    lost,
    of_no_host,
    positions,
    take_over,
)
from runs.store.progress import renew
from runs.store.writer import Incident, restart, write

__all__ = [
    "Incident",
    "JournalFile",
    "counted_as_lost",
    "forget",
    "is_on_disk",
    "known",
    "lost",
    "of_no_host",
    "positions",
    "renew",
    "restart",
    "take_over",
    "write",
]
