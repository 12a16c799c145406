"""Appends exchanges to this worker's journal file: the last step on the hot path.

What is written here is in the page cache at once, so it survives `kill -9` of any
process; the recorder reads it in its own time (`proxy/journal/segments.py`). Nothing
here raises or waits for the database: with a full disk a body is dropped before its
request, and both are counted (`proxy/journal/losses.py`). A file that was deleted or
moved away under it is put back.
"""

from __future__ import annotations

import fcntl
import logging
import os
import time
from pathlib import Path

import msgspec

from proxy.journal.format import BodyTail, Head, Loss, Tail, pack, pack_piece
from proxy.journal.losses import LossCounter
from runs.record import Side

log = logging.getLogger(__name__)

SEGMENT_SIZE = 64 * 1024 * 1024
SUFFIX = ".wj"
LOOK_EVERY_S = 1.0
"""How often a writer looks whether its file is still where it put it."""


class Journal:
    """One writer: its segments are `{start}-{pid}-{number}.wj`, locked while open."""

    def __init__(self, directory: Path, losses: LossCounter) -> None:
        self.directory = directory
        self.losses = losses
        self.writer = f"{time.time_ns():020d}-{os.getpid()}"
        self._number = 0
        self._fd = -1
        self._size = 0
        self._untold = 0
        self._looked = time.monotonic()

    def begin(self, head: Head) -> bool:
        """Journal the start of an exchange; False when not even that found room."""
        if self._append(pack(head)):
            return True
        small = msgspec.structs.replace(head, request_body=b"", request_size=-1)
        if self._append(pack(small)):
            self._count(bodies=1)
            return True
        self._count(requests=1)
        return False

    def piece(self, uid: bytes, side: Side, at: int, piece: bytes) -> bool:
        """Journal a piece of a large body, from its byte `at` on; False: it is lost."""
        if self._append(*pack_piece(uid, side, at, piece)):
            return True
        self._count(bodies=1)
        return False

    def finish(self, tail: Tail) -> None:
        """Journal the end of an exchange; without its bodies when that's what fits."""
        if self._append(pack(tail)):
            return
        bodies = [_without_rest(body) for body in tail.bodies]
        small = msgspec.structs.replace(
            tail, bodies=bodies, notes=[*tail.notes, "Body lost: the disk was full."]
        )
        if self._append(pack(small)):
            self._count(bodies=1)
        elif tail.final:
            self._count(requests=1)

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _append(self, record: bytes, piece: bytes = b"") -> bool:
        try:
            if time.monotonic() - self._looked > LOOK_EVERY_S:
                self.look()
            if self._fd < 0 or self._size >= SEGMENT_SIZE:
                self._rotate()
            self._write(record, piece)
        except OSError as error:
            log.debug("journal: %s", error)
            return False
        if self._untold:
            self._tell_loss()
        return True

    def _write(self, record: bytes, piece: bytes = b"") -> None:
        if piece:
            written = os.writev(self._fd, (record, piece))
        else:
            written = os.write(self._fd, record)
        if written < len(record) + len(piece):  # the disk filled up in the middle of it
            os.ftruncate(self._fd, self._size)
            os.lseek(self._fd, self._size, os.SEEK_SET)
            raise OSError("short write")
        self._size += written

    def _rotate(self) -> None:
        fd = self._named(self._number + 1)
        self._number += 1
        # Only now: a writer without any locked segment would look dead.
        self.close()
        self._fd, self._size = fd, 0

    def _named(self, number: int, content: int = -1) -> int:
        """A new file, with what the file `content` has; gives its descriptor."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.directory / f"{self.writer}-{number:06d}.draft"
        draft.unlink(missing_ok=True)
        fd = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            # Locked before it has its name: the recorder takes an unlocked segment for
            # one whose writer is dead.
            fcntl.flock(fd, fcntl.LOCK_EX)
            _copy(content, fd)
            os.rename(draft, self._path(number))
        except OSError:
            os.close(fd)
            raise
        return fd

    def _path(self, number: int) -> Path:
        return self.directory / f"{self.writer}-{number:06d}{SUFFIX}"

    def look(self) -> None:
        """Put the file back where it should be, under the same name: what the recorder
        hasn't read of it is still there, and read on from where it stands."""
        self._looked = time.monotonic()
        if self._fd < 0:
            return
        own = os.fstat(self._fd)
        try:
            there = os.stat(self._path(self._number))
            if (there.st_dev, there.st_ino) == (own.st_dev, own.st_ino):
                return
        except FileNotFoundError:
            pass
        fd = self._named(self._number, self._fd)
        self.close()
        self._fd = fd
        self.losses.put_back(self.directory)
        message = (
            "The journal's file was deleted or moved away while Weir ran. It was put "
            f"back with its {self._size:,} bytes; a file that was full and not yet "
            "recorded is lost."
        )
        log.warning("%s (%s)", message, self._path(self._number))
        self._write(pack(Loss(requests=0, bodies=0, message=message)))

    def _count(self, *, requests: int = 0, bodies: int = 0) -> None:
        self.losses.add(requests=requests, bodies=bodies)
        self._untold += 1

    def _tell_loss(self) -> None:
        requests, bodies = self.losses.own()
        message = f"No room in the journal for {self._untold} captures."
        try:
            self._write(pack(Loss(requests=requests, bodies=bodies, message=message)))
        except OSError as error:  # it is told later
            log.debug("journal: %s", error)
            return
        self._untold = 0


def _without_rest(body: BodyTail) -> BodyTail:
    kept = body.kept - len(body.rest)
    return msgspec.structs.replace(body, rest=b"", kept=kept)


def _copy(source: int, to: int) -> None:
    """All bytes of one file to another; -1 has none."""
    at = 0
    while source >= 0 and (piece := os.pread(source, 1 << 20, at)):
        at += os.write(to, piece)
