"""Folders and archives of raw HTTP messages, a pair of files an exchange.

logging-proxy writes `{time}_{id}_request.bin`, `…_response.bin` and beside each a
`…_metadata.json` (mrexodia/logging-proxy, `file_logger.go`); Weir's own `http` export
is a ZIP of the same with one `…_metadata.json` an exchange. A row is the metadata with
the messages' bytes in it.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from runs.importers.base import Unread
from runs.importers.fields import decode
from runs.importers.json_items import Item

try:
    from lzma import LZMAError
except ImportError:  # a Python that was built without it reads no such archive
    LZMAError = zipfile.BadZipFile  # type: ignore[assignment, misc]

try:  # `zipfile` reads Zstandard from Python 3.14 on
    from compression.zstd import ZstdError  # type: ignore[import-not-found, unused-ignore]
except ImportError:
    ZstdError = zipfile.BadZipFile

MOST = 256 * 1024 * 1024
"""Bytes of an exchange, both messages; an archive may promise less than it holds."""
MOST_ABOUT = 16 * 1024 * 1024
"""Bytes of one file of metadata."""
BROKEN = (
    *(EOFError, zlib.error, LZMAError, ZstdError, zipfile.BadZipFile, struct.error),
    # Names that are no text, offsets below zero.
    ValueError,
)
"""What `zipfile` and `gzip` raise for what is none, or no longer whole."""
# And for a packing that is not known, and one that wants a password.
DAMAGED = (*BROKEN, OSError, NotImplementedError, RuntimeError)
_REQUEST = re.compile(r"(?P<stem>.*_(?P<id>[0-9a-fA-F-]{8,36}))_request\.bin")
_OTHER = re.compile(r".*_(?P<id>[0-9a-fA-F-]{8,36})_response\.bin")
Read = Callable[[str, int], bytes | None]
"""Of the file with this name, no more than so many bytes."""


def is_folder(path: Path) -> bool:
    return any(_REQUEST.fullmatch(each.name) for each in path.iterdir())


def names(path: Path) -> list[str]:
    """Of its requests, the oldest first: names begin with the time."""
    return _requests(each.name for each in path.iterdir())


def of_folder(path: Path, found: Sequence[str]) -> Iterator[Item | Unread]:
    def read(name: str, most: int) -> bytes | None:
        file = path / name
        if not file.is_file():
            return None
        with file.open("rb") as opened:
            return opened.read(most)

    everything = [each.name for each in path.iterdir()]
    return _exchanges(found, _answers(everything), read)


def of_archive(file: IO[bytes]) -> Iterator[Item | Unread]:
    with zipfile.ZipFile(file) as archive:
        there = set(archive.namelist())

        def read(name: str, most: int) -> bytes | None:
            if name not in there:
                return None
            with archive.open(name) as opened:
                return opened.read(most)

        yield from _exchanges(_requests(there), _answers(there), read)


def _requests(found: Iterable[str]) -> list[str]:
    return sorted(name for name in found if _REQUEST.fullmatch(name))


def _answers(found: Iterable[str]) -> dict[str, str]:
    """Id → its answer, whose file is named by the time of its own."""
    told = ((_OTHER.fullmatch(name), name) for name in found)
    return {match["id"]: name for match, name in told if match}


def _exchanges(
    requests: Sequence[str], answers: dict[str, str], read: Read
) -> Iterator[Item | Unread]:
    for name in requests:
        try:
            yield _exchange(name, answers, read)
        except DAMAGED as error:  # it costs the exchange alone
            yield Unread(name, f"It is damaged: {str(error)[:200]}")


def _exchange(name: str, answers: dict[str, str], read: Read) -> Item | Unread:
    match = _REQUEST.fullmatch(name)
    assert match  # `_requests` chose it
    answer = answers.get(match["id"], "")
    asked = read(name, MOST + 1) or b""
    answered = (read(answer, MOST + 1 - len(asked)) or b"") if answer else b""
    if len(asked) + len(answered) > MOST:
        return Unread(name, f"It is longer than {MOST >> 20} MiB.")
    row: dict[str, Any] = {
        "file": name,
        "request": asked,
        "response": answered,
        "about": _about(read, f"{match['stem']}_metadata.json"),
        "about_request": _about(read, name.replace(".bin", "_metadata.json")),
        "about_response": _about(read, answer.replace(".bin", "_metadata.json")),
    }
    return Item(name, row)


def _about(read: Read, name: str) -> Any:
    data = read(name, MOST_ABOUT + 1) if name else None
    return decode(data) if data and len(data) <= MOST_ABOUT else None
