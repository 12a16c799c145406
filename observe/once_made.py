"""A word in a file of the data directory that is made once and stays as it is.

`observe/secret_key.py` and `observe/host_id.py` say which words there are.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from observe import data_directory
from observe.env import BadSetting

NOTHING = " \t\r\n\0"


@dataclass(frozen=True, slots=True)
class OnceMade:
    """What the file holds, in words for users, and how it comes to be."""

    called: str
    if_removed: str
    """What follows when the file is removed, and a new one made."""
    make: Callable[[], str]

    def read(self, path: Path) -> str:
        """ "" where there is none; makes nothing."""
        try:
            return path.read_text("utf-8").strip(NOTHING) if path.exists() else ""
        except OSError as error:
            raise self._unusable(path, error) from None
        except UnicodeDecodeError:
            sentence = f"The {self.called} {path} can't be used: it isn't text."
            hint = f"Remove it: a new one is made, and {self.if_removed}."
            raise BadSetting(sentence, hint=hint) from None

    def read_or_make(self, path: Path) -> str:
        try:
            return self.read(path) or self._write(path)
        except OSError as error:
            raise self._unusable(path, error) from None

    def _unusable(self, path: Path, error: OSError) -> BadSetting:
        why = error.strerror or error
        sentence = f"The {self.called} {path} can't be used: {why}."
        return BadSetting(sentence, hint=data_directory.HINT)

    def _write(self, path: Path) -> str:
        data_directory.make(path.parent)
        fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(fd, "r+", encoding="utf-8") as file:
            # Processes that start at once agree on the word of the first.
            fcntl.flock(fd, fcntl.LOCK_EX)
            # Empty: new, or whoever made it died or found the disk full. Zeros are
            # what a power cut may leave.
            word = file.read().strip(NOTHING)
            if not word:
                word = self.make()
                file.seek(0)
                file.truncate()
                file.write(word)
                file.flush()
                os.fsync(fd)
            return word
