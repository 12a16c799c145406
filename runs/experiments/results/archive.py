"""Members of a ZIP, bounded, also where they are compressed with Zstandard. Pure.

Inspect writes method 93, which Python's `zipfile` reads from 3.14 on.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from typing import IO

import zstandard

from runs.experiments.results.base import MOST, BadFile

ZSTD = 93
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error)
_LOCAL = struct.Struct("<4s5H3I2H")


def member(archive: zipfile.ZipFile, file: IO[bytes], name: str) -> bytes:
    """What it says of its own size is not believed; raises `BadFile`."""
    info = archive.getinfo(name)
    try:
        if info.compress_type == ZSTD:
            data = _zstandard(file, info)
        else:
            with archive.open(info) as opened:
                data = opened.read(MOST + 1)
    except (OSError, EOFError, RuntimeError, NotImplementedError) as error:
        raise BadFile(f"{name} can't be unpacked: {error}.") from None
    except (*_BROKEN, zstandard.ZstdError) as error:
        raise BadFile(f"{name} is damaged: {error}.") from None
    if len(data) > MOST:
        raise BadFile(f"{name} is longer than {MOST >> 20} MiB.")
    return data


def _zstandard(file: IO[bytes], info: zipfile.ZipInfo) -> bytes:
    file.seek(info.header_offset)
    mark, *_, name, extra = _LOCAL.unpack(file.read(_LOCAL.size))
    if mark != b"PK\x03\x04":
        raise zipfile.BadZipFile("no member begins there")
    file.seek(name + extra, 1)
    packed = file.read(min(info.compress_size, MOST))
    with zstandard.ZstdDecompressor().stream_reader(packed) as reader:
        return reader.read(MOST + 1)
