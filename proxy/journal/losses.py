"""Counts captures that found no room on the disk, readable while it is still full.

A small file, given its blocks at start and mapped into memory, so that counting needs
no new block. Written by `proxy/journal/writer.py` (one slot a worker), read by
`/readyz`.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

SLOTS = 65
_SLOT = struct.Struct("<QQ")
SIZE = SLOTS * _SLOT.size


class LossCounter:
    """The counters of one worker; `slot` is its number."""

    def __init__(self, directory: Path, slot: int) -> None:
        self._map = _open(directory)
        self._at = (slot % SLOTS) * _SLOT.size

    def put_back(self, directory: Path) -> None:
        """The file is gone: a new one, with what this worker had counted."""
        counted = self.own()
        self._map = _open(directory)
        _SLOT.pack_into(self._map, self._at, *counted)

    def own(self) -> tuple[int, int]:
        """`(requests, bodies)` lost by this worker's slot so far."""
        requests, bodies = _SLOT.unpack_from(self._map, self._at)
        return requests, bodies

    def add(self, *, requests: int, bodies: int) -> None:
        lost_requests, lost_bodies = self.own()
        values = (lost_requests + requests, lost_bodies + bodies)
        _SLOT.pack_into(self._map, self._at, *values)


def total(directory: Path) -> tuple[int, int]:
    """`(requests, bodies)` lost by all workers since the data directory was made."""
    if not directory.is_dir():
        return 0, 0  # deleted a moment ago; a worker puts it back
    data = memoryview(_open(directory))
    slots = list(_SLOT.iter_unpack(data))
    return sum(slot[0] for slot in slots), sum(slot[1] for slot in slots)


def _open(directory: Path) -> mmap.mmap:
    path = directory / "losses"
    if not path.exists() or path.stat().st_size < SIZE:
        path.write_bytes(bytes(SIZE))
    with path.open("r+b") as file:
        return mmap.mmap(file.fileno(), SIZE)
