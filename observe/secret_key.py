"""Django's secret key, kept in the data directory so that sessions outlive a restart.

`observe/settings.py` hands it out when something is signed or masked for the first
time: whoever only reads the settings leaves no file behind.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from observe.once_made import OnceMade

BYTES = 48
KEY = OnceMade(
    called="secret key",
    if_removed="who was logged in logs in again",
    make=lambda: secrets.token_urlsafe(BYTES),
)


def read_or_make(path: Path) -> str:
    return KEY.read_or_make(path)
