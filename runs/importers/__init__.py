"""Formats that requests of other products come in. Adding one is a file and a place in
`IMPORTERS`, `reading.py`.
"""

from __future__ import annotations

from runs.importers.base import Imported, Importer, Unread
from runs.importers.reading import (
    IMPORTERS,
    Skipped,
    detected,
    importer,
    opened,
    read,
)
from runs.importers.sources import BadSource, Source

__all__ = [
    "IMPORTERS",
    "BadSource",
    "Imported",
    "Importer",
    "Skipped",
    "Source",
    "Unread",
    "detected",
    "importer",
    "opened",
    "read",
]
