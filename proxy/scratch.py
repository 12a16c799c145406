"""Where large bodies wait: in unnamed files, and in memory where the disk is full.

`proxy/forward/upload.py` opens a `Scratch` for a body above 1 MiB, and
`proxy/request_body.py` reads it again. A body is kept whole or refused (`NoRoom`).
"""

from __future__ import annotations

import io
import logging
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)

MIB = 1024 * 1024
LARGEST_IN_MEMORY = 64 * MIB
"""Of one body, where the disk takes no more."""
ALL_IN_MEMORY = 256 * MIB
"""Of all bodies in one worker process."""
TELL_AGAIN_S = 60.0


class NoRoom(Exception):
    """Neither disk nor memory takes the rest of a body."""

    def __init__(self) -> None:
        super().__init__(
            "Weir has no room for this body: the disk takes no more of it, nor may"
            f" memory, {LARGEST_IN_MEMORY // MIB} MiB a body and"
            f" {ALL_IN_MEMORY // MIB} MiB in all."
        )


@dataclass(slots=True)
class ScratchSpace:
    """One per worker process."""

    directory: Path | None = None
    """None: the system's temporary directory (`TMPDIR`)."""
    held: int = 0
    """Bytes in memory, because the disk took no more."""
    _told_at: float = float("-inf")

    def open(self) -> Scratch:
        try:
            return Scratch(self, _unnamed_file(self.directory))
        except OSError as error:
            self.tell(str(error))
            return Scratch(self, None)

    def take(self, size: int) -> None:
        if self.held + size > ALL_IN_MEMORY:
            raise NoRoom
        self.held += size

    def tell(self, why: str) -> None:
        """Say so in the log, at most once a minute: a full disk has a log, too."""
        now = time.monotonic()
        if now - self._told_at > TELL_AGAIN_S:
            self._told_at = now
            log.warning("no room for scratch files, bodies wait in memory: %s", why)


class Scratch:
    """The bytes of one body: a file, and behind it what the disk did not take."""

    def __init__(self, space: ScratchSpace, file: io.FileIO | None) -> None:
        self._space = space
        self._file = file
        self._in_file = 0
        self._rest = bytearray()
        self._is_closed = False

    @property
    def size(self) -> int:
        return self._in_file + len(self._rest)

    def append(self, piece: bytes) -> None:
        """Keep all of the piece, or raise NoRoom."""
        taken = self._write(piece)
        if taken < len(piece):
            self._hold(piece[taken:])

    def read(self, size: int, at: int) -> bytes:
        """From `at` on, at most `size` bytes and at least one.

        Raises where there are none: an end too early would look like the body's end.
        """
        if self._is_closed:
            raise ValueError("the body was given up")
        if self._file is not None and at < self._in_file:
            size = min(size, self._in_file - at)
            piece = os.pread(self._file.fileno(), size, at)
        else:
            start = at - self._in_file
            piece = bytes(self._rest[start : start + size])
        if not piece:
            raise OSError(f"the scratch file has no byte {at}")
        return piece

    def close(self) -> None:
        self._is_closed = True
        self._space.held -= len(self._rest)
        self._rest = bytearray()
        if self._file is not None:
            self._file.close()

    def _write(self, piece: bytes) -> int:
        """How much the file took; nothing any more once the disk was full."""
        if self._file is None or self._rest:
            return 0
        try:
            taken = self._file.write(piece)
        except OSError as error:
            self._space.tell(str(error))
            return 0
        self._in_file += taken
        return taken

    def _hold(self, piece: bytes) -> None:
        if len(self._rest) + len(piece) > LARGEST_IN_MEMORY:
            raise NoRoom
        self._space.take(len(piece))
        self._rest += piece


def _unnamed_file(directory: Path | None) -> io.FileIO:
    # Unbuffered: what the disk doesn't take must be seen at the write.
    return tempfile.TemporaryFile(dir=directory, buffering=0)
