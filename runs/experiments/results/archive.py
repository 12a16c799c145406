"""Members of a ZIP, bounded, also where they are compressed with Zstandard. Pure.

Inspect writes method 93, which Python's `zipfile` reads from 3.14 on.
"""

from __future__ import annotations

import struct
import zipfile
from typing import IO

import zstandard

from runs.experiments.results.base import MOST, BadFile
from runs.importers import http_files

ZSTD = 93
PIECE = 1024 * 1024
SMALL = 256 * 1024 * 1024
"""Bytes that even a small archive may hold."""
DENSEST = 100
"""Bytes of JSON in one of an archive; one with more was made to be a bomb."""
BROKEN = (*http_files.BROKEN, zstandard.ZstdError)
_UNKNOWN = (OSError, RuntimeError, NotImplementedError)
_LOCAL = struct.Struct("<4s5H3I2H")


class Bomb(Exception):
    """It unpacks to more than an archive of its size can honestly hold."""


class Archive:
    """What it says of its own sizes is not believed."""

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
        except BROKEN as error:
            raise BadFile(f"it is damaged: {error}.") from None
        except _UNKNOWN as error:
            raise BadFile(f"it can't be read: {error}.") from None
        self._file = file
        self._room = max(SMALL, DENSEST * file.seek(0, 2))

    def names(self) -> list[str]:
        return self._zip.namelist()

    def member(self, name: str) -> bytes:
        """Raises `BadFile` for what costs this member alone, and `Bomb`."""
        info = self._zip.getinfo(name)
        try:
            if info.compress_type == ZSTD:
                data = self._zstandard(info)
            else:
                with self._zip.open(info) as opened:
                    data = self._unpacked(opened)
        except BROKEN as error:
            raise BadFile(f"{name} is damaged: {error}.") from None
        except _UNKNOWN as error:
            raise BadFile(f"{name} can't be unpacked: {error}.") from None
        if len(data) > MOST:
            raise BadFile(f"{name} is longer than {MOST >> 20} MiB.")
        return data

    def _unpacked(self, opened: IO[bytes]) -> bytes:
        data = bytearray()
        while len(data) <= MOST and (piece := opened.read(PIECE)):
            data += piece
            self._count(piece)
        return bytes(data)

    def _zstandard(self, info: zipfile.ZipInfo) -> bytes:
        self._file.seek(info.header_offset)
        mark, *_, name, extra = _LOCAL.unpack(self._file.read(_LOCAL.size))
        if mark != b"PK\x03\x04":
            raise zipfile.BadZipFile("no member begins there")
        self._file.seek(name + extra, 1)
        packed = self._file.read(min(info.compress_size, MOST))
        self._count(packed)
        with zstandard.ZstdDecompressor().stream_reader(packed) as reader:
            return self._unpacked(reader)

    def _count(self, piece: bytes) -> None:
        self._room -= len(piece)
        if self._room < 0:
            raise Bomb
