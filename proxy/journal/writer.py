"""Appends exchanges to this worker's journal file: the last step on the hot path.

What is written here is in the page cache at once, so it survives `kill -9` of any
process; the recorder reads it in its own time (`proxy/journal/segments.py`). Nothing
here raises or waits for the database: with a full disk a body is dropped before its
request, and both are counted (`proxy/journal/losses.py`).
"""

from __future__ import annotations

import fcntl
import logging
import os
import time
from pathlib import Path

import msgspec

from proxy.journal.format import BodyTail, Head, Loss, Tail, pack, pack_part
from proxy.journal.losses import LossCounter
from runs.record import Side

log = logging.getLogger(__name__)

SEGMENT_SIZE = 64 * 1024 * 1024
SUFFIX = ".wj"


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

    def part(self, uid: bytes, side: Side, piece: bytes) -> bool:
        """Journal a piece of a large body; False when it is lost."""
        if self._append(pack_part(uid, side, piece)):
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

    def _append(self, record: bytes) -> bool:
        try:
            if self._fd < 0 or self._size >= SEGMENT_SIZE:
                self._rotate()
            self._write(record)
            if self._untold:
                self._tell_loss()
        except OSError as error:
            log.debug("journal: %s", error)
            return False
        return True

    def _write(self, record: bytes) -> None:
        written = os.write(self._fd, record)
        if written < len(record):  # the disk filled up in the middle of it
            os.ftruncate(self._fd, self._size)
            os.lseek(self._fd, self._size, os.SEEK_SET)
            raise OSError("short write")
        self._size += written

    def _rotate(self) -> None:
        self._number += 1
        name = f"{self.writer}-{self._number:06d}"
        draft = self.directory / f"{name}.draft"
        fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        # Locked before it has its name: the recorder takes an unlocked segment for
        # one whose writer is dead.
        fcntl.flock(fd, fcntl.LOCK_EX)
        os.rename(draft, self.directory / f"{name}{SUFFIX}")
        # Only now: a writer without any locked segment would look dead.
        self.close()
        self._fd, self._size = fd, 0

    def _count(self, *, requests: int = 0, bodies: int = 0) -> None:
        self.losses.add(requests=requests, bodies=bodies)
        self._untold += 1

    def _tell_loss(self) -> None:
        requests, bodies = self.losses.own()
        message = f"No room in the journal for {self._untold} captures."
        self._write(pack(Loss(requests=requests, bodies=bodies, message=message)))
        self._untold = 0


def _without_rest(body: BodyTail) -> BodyTail:
    kept = body.kept - len(body.rest)
    return msgspec.structs.replace(body, rest=b"", kept=kept)
