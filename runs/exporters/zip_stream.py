"""A ZIP archive written as it goes: no seeking, and memory that stays flat. Pure.

The standard library's writer keeps an object for every entry; with 300,000 of them that
is 200 MB. Here an entry costs its line of the directory, which waits in a file.
Members are deflated with their sizes behind them; large archives are ZIP64.
"""

from __future__ import annotations

import struct
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

VERSION = 45
FLAGS = 0x0808
"""Sizes follow the data; the name is UTF-8."""
DEFLATED = 8
FILE = (0o600 << 16) | (0o100000 << 16)
BIG = 0xFFFFFFFF
MANY = 0xFFFF
COPIED = 64 * 1024
MEMORY = 1024 * 1024
"""Bytes of the directory that stay in memory."""


class ZipStream:
    """`add` members, then `close`; both give the archive's next bytes."""

    def __init__(self) -> None:
        self._directory = tempfile.SpooledTemporaryFile(max_size=MEMORY)  # noqa: SIM115 (close does)
        self._offset = 0
        self._count = 0

    def add(self, name: str, at: datetime, pieces: Iterable[bytes]) -> Iterator[bytes]:
        encoded, start = name.encode(), self._offset
        stamp = _dos_time(at)
        yield self._passed(_local_header(encoded, stamp))
        deflate = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        crc = size = 0
        before = self._offset
        for piece in pieces:
            crc, size = zlib.crc32(piece, crc), size + len(piece)
            if packed := deflate.compress(piece):
                yield self._passed(packed)
        yield self._passed(deflate.flush())
        stored = self._offset - before
        # The local header has a ZIP64 field, so the sizes are eight bytes wide.
        yield self._passed(struct.pack("<4sIQQ", b"PK\x07\x08", crc, stored, size))
        self._directory.write(_entry(encoded, stamp, crc, stored, size, start))
        self._count += 1

    def close(self) -> Iterator[bytes]:
        start = self._offset
        self._directory.seek(0)
        while piece := self._directory.read(COPIED):
            yield self._passed(piece)
        self._directory.close()
        yield _end(self._count, self._offset - start, start)

    def _passed(self, data: bytes) -> bytes:
        self._offset += len(data)
        return data


def _dos_time(at: datetime) -> tuple[int, int]:
    at = at.astimezone(UTC)
    time = at.hour << 11 | at.minute << 5 | at.second // 2
    return time, max(at.year - 1980, 0) << 9 | at.month << 5 | at.day


def _local_header(name: bytes, stamp: tuple[int, int]) -> bytes:
    zip64 = struct.pack("<HHQQ", 1, 16, 0, 0)
    fields = (VERSION, FLAGS, DEFLATED, *stamp, 0, BIG, BIG, len(name), len(zip64))
    return struct.pack("<4s5H3I2H", b"PK\x03\x04", *fields) + name + zip64


def _entry(
    name: bytes, stamp: tuple[int, int], crc: int, stored: int, size: int, start: int
) -> bytes:
    zip64 = struct.pack("<HHQQQ", 1, 24, size, stored, start)
    fields = (
        *(VERSION | 3 << 8, VERSION, FLAGS, DEFLATED, *stamp, crc, BIG, BIG),
        *(len(name), len(zip64), 0, 0, 0, FILE, BIG),
    )
    return struct.pack("<4s6H3I5H2I", b"PK\x01\x02", *fields) + name + zip64


def _end(count: int, size: int, start: int) -> bytes:
    """The end of the directory, in its ZIP64 form and in the old one."""
    versions = (VERSION | 3 << 8, VERSION)
    zip64 = struct.pack(
        *("<4sQ2H2I4Q", b"PK\x06\x06", 44, *versions, 0, 0, count, count, size, start)
    )
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, start + size, 1)
    few = min(count, MANY)
    short = (0, 0, few, few, min(size, BIG), min(start, BIG), 0)
    return zip64 + locator + struct.pack("<4s4H2IH", b"PK\x05\x06", *short)
