"""Reads journal files back: which there are, who still writes them, what is in them.

Used by `proxy/journal/reader.py` (reads on from a position) and
`proxy/journal/status.py` (how much is waiting).
"""

from __future__ import annotations

import fcntl
import os
from collections import OrderedDict
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from pricing.values import dataclass
from proxy.journal.format import MAGIC, Corrupt, Frame, frames
from proxy.journal.writer import SUFFIX
from runs.record import BodyAway


@dataclass(frozen=True)
class Segment:
    """One journal file. Asked for its names at each of its records."""

    path: Path

    @cached_property
    def name(self) -> str:
        return self.path.name

    @cached_property
    def writer(self) -> str:
        """The worker that wrote it; shared by all its segments."""
        return self.name.rsplit("-", 1)[0]

    def size(self) -> int:
        """0 for one that was deleted meanwhile."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def is_open(self) -> bool:
        """True while its writer lives and has not gone on to the next file; also where
        the file was deleted a moment ago: who lives puts it back."""
        try:
            with self.path.open("rb") as file:
                fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except FileNotFoundError:
            return True
        return False

    def read(self, offset: int, limit: int) -> tuple[list[Frame | Corrupt], int]:
        """Records from `offset` on, out of about `limit` bytes, and where they end."""
        data = self.span(offset, limit)
        found = list(frames(memoryview(data), offset))
        if not found and len(data) == limit:  # one record larger than the limit
            data = self.span(offset, limit * 256)
            found = list(frames(memoryview(data), offset))
        return found, found[-1].end if found else offset

    def next_record(self, offset: int) -> int | None:
        """Where the next record may begin, at or behind `offset`."""
        rest = self.span(offset, self.size() - offset)
        found = rest.find(MAGIC)
        return offset + found if found >= 0 else None

    def span(self, offset: int, length: int) -> bytes:
        """Nothing of a file that was deleted meanwhile."""
        try:  # a file object would take as long again as 100 KB of it
            file = os.open(self.path, os.O_RDONLY)
        except FileNotFoundError:
            return b""
        try:
            return os.pread(file, length, offset)
        finally:
            os.close(file)


def segments(directory: Path) -> list[Segment]:
    """All journal files, oldest first, each writer's in order."""
    return [Segment(path) for path in sorted(directory.glob(f"*{SUFFIX}"))]


@dataclass(frozen=True, slots=True)
class JournalledBody:
    """A body whose pieces stand in journal files (a `runs.record.BodySource`)."""

    spans: tuple[tuple[Segment, int, int], ...]
    """`(segment, offset, length)` in order."""
    rest: bytes

    def __len__(self) -> int:
        return sum(length for _, _, length in self.spans) + len(self.rest)

    def read(self) -> bytes:
        data = held.get(self)
        if data is None:
            data = b"".join(self.pieces())
            held.add(self, data)
        return data

    def pieces(self) -> Iterator[bytes]:
        for segment, offset, length in self.spans:
            piece = segment.span(offset, length)
            if not piece and not segment.path.exists():
                raise BodyAway(segment.name)
            if len(piece) != length:
                raise EOFError(f"{segment.name} is gone or shorter than it was")
            yield piece
        if self.rest:
            yield self.rest


class HeldBodies:
    """Bodies of the batch at hand that were read: what they say, the keys in them and
    their rows are made of the same bytes."""

    MOST, LARGEST = 4 * 1024 * 1024, 1024 * 1024
    """Bytes of all, and of one."""

    def __init__(self) -> None:
        self._of: OrderedDict[int, tuple[JournalledBody, bytes]] = OrderedDict()
        self._size = 0

    def get(self, body: JournalledBody) -> bytes | None:
        found = self._of.get(id(body))
        return found[1] if found else None

    def add(self, body: JournalledBody, data: bytes) -> None:
        if len(data) > self.LARGEST:
            return
        self._of[id(body)] = body, data  # the body, too: its id is nobody else's
        self._size += len(data)
        while self._size > self.MOST:
            _, (_, gone) = self._of.popitem(last=False)
            self._size -= len(gone)

    def let_go(self) -> None:
        """The batch is stored."""
        self._of.clear()
        self._size = 0


held = HeldBodies()
