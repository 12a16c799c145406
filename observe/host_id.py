"""Which of several hosts on one database this is: an id kept in the data directory.

`observe/serve/recorder.py` keeps the journal's positions in the database by it. It
stays with the journal files beside it, whatever the machine is called.
"""

from __future__ import annotations

import uuid
from pathlib import Path

from observe.once_made import OnceMade

FILE = "host-id"
ID = OnceMade(
    called="host id",
    if_removed="what waits in the journal is read again",
    make=lambda: uuid.uuid4().hex,
)


def read(data_dir: Path) -> str:
    """ "" before the first start; makes nothing."""
    return ID.read(data_dir / FILE)


def read_or_make(data_dir: Path) -> str:
    return ID.read_or_make(data_dir / FILE)
