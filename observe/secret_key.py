"""Django's secret key, kept in the data directory so that sessions outlive a restart.

`observe/settings.py` hands it out when something is signed or masked for the first
time: whoever only reads the settings leaves no file behind.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from pathlib import Path

from observe import data_directory
from observe.env import BadSetting

BYTES = 48
NOTHING = " \t\r\n\0"


def read_or_make(path: Path) -> str:
    try:
        return _read(path) or _make(path)
    except OSError as error:
        sentence = f"The secret key {path} can't be used: {error.strerror or error}."
        raise BadSetting(sentence, hint=data_directory.HINT) from None
    except UnicodeDecodeError:
        sentence = f"The secret key {path} can't be used: it isn't text."
        hint = "Remove it: a new one is made, and who was logged in logs in again."
        raise BadSetting(sentence, hint=hint) from None


def _read(path: Path) -> str:
    return path.read_text("utf-8").strip(NOTHING) if path.exists() else ""


def _make(path: Path) -> str:
    data_directory.make(path.parent)
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(fd, "r+", encoding="utf-8") as file:
        # Processes that start at once agree on the key of the first.
        fcntl.flock(fd, fcntl.LOCK_EX)
        # Empty: new, or whoever made it died or found the disk full. Zeros are what a
        # power cut may leave.
        key = file.read().strip(NOTHING)
        if not key:
            key = secrets.token_urlsafe(BYTES)
            file.seek(0)
            file.truncate()
            file.write(key)
            file.flush()
        return key
