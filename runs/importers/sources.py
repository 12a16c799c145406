"""Where rows come from: a file, a folder of them, or a database; one at a time.

Told apart by content, never by name. Read by `runs/importers/reading.py`; what can't be
opened at all is a `BadSource` with a sentence.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from runs.importers import databases, http_files, json_items
from runs.importers.base import Unread
from runs.importers.json_items import Item

GZIP, SQLITE, ZIP = b"\x1f\x8b", b"SQLite format 3\x00", b"PK\x03\x04"
CELL_MOST = 64 * 1024 * 1024
"""Characters of a cell of a CSV file."""
POSTGRES = ("postgres://", "postgresql://")


class BadSource(Exception):
    """It can't be opened, or nobody knows it; str() is a sentence."""


@dataclass(slots=True)
class Source:
    """One place to import from, and how far it is read."""

    place: str
    tables: Mapping[str, str] = field(default_factory=dict)
    """Names of tables that a format knows, for databases."""
    total: int = 0
    """Bytes, or rows of a database; 0 where that isn't known."""
    done: Callable[[], int] = field(default=lambda: 0)

    @property
    def is_database(self) -> bool:
        return self.place.startswith(POSTGRES)

    def rows(self) -> Iterator[Item | Unread]:
        """Every row; begins anew when it is asked again."""
        if self.is_database:
            return self._of_database(databases.postgres(self.place, self.tables))
        path = Path(self.place)
        if path.is_dir():
            return self._of_folder(path)
        return self._of_file(path)

    def _of_database(self, table: databases.Table) -> Iterator[Item | Unread]:
        self.total = table.count
        self.done = lambda: table.done
        return table.rows()

    def _of_folder(self, path: Path) -> Iterator[Item | Unread]:
        if http_files.is_folder(path):
            found = http_files.names(path)
            self.total, seen = len(found), [0]
            self.done = lambda: seen[0]
            return _counted(http_files.of_folder(path, found), seen)
        return self._of_files(sorted(each for each in path.iterdir() if each.is_file()))

    def _of_files(self, paths: list[Path]) -> Iterator[Item | Unread]:
        """A folder of files of one kind, each as if it stood alone."""
        for path in paths:
            for row in self._of_file(path):
                where = f"{path.name}, {row.where}"
                if isinstance(row, Unread):
                    yield Unread(where, row.reason)
                else:
                    yield Item(where, row.value)

    def _of_file(self, path: Path) -> Iterator[Item | Unread]:
        try:
            raw = path.open("rb")
        except OSError as error:
            reason = error.strerror or str(error)
            raise BadSource(f"{path} can't be read: {reason}.") from None
        with raw:
            start = raw.peek(16)[:16]
            if start == SQLITE:
                yield from self._of_database(databases.sqlite(path, self.tables))
                return
            self.total = path.stat().st_size
            self.done = lambda: self.total if raw.closed else raw.tell()
            try:
                yield from _opened(raw, start)
            except http_files.DAMAGED as error:
                yield Unread(path.name, f"It is damaged: {str(error)[:200]}")


def _opened(raw: IO[bytes], start: bytes) -> Iterator[Item | Unread]:
    if start.startswith(ZIP):
        yield from http_files.of_archive(raw)
        return
    if start.startswith(GZIP):
        with gzip.open(raw) as unpacked:
            yield from _of_text(cast(io.BufferedReader, unpacked))
    else:
        yield from _of_text(cast(io.BufferedReader, raw))


def _of_text(file: io.BufferedReader) -> Iterator[Item | Unread]:
    head = file.peek(4096)[:4096]
    return _csv(file) if _is_csv(head) else json_items.items(file)


def _is_csv(head: bytes) -> bool:
    """A line of names: no JSON begins with a letter or a quoted word and a comma."""
    first = head.removeprefix(b"\xef\xbb\xbf").partition(b"\n")[0].strip()
    begins = first[:1].isalpha() or first[:1] in (b'"', b"_")
    return begins and b"," in first and b":" not in first


def _csv(file: IO[bytes]) -> Iterator[Item | Unread]:
    csv.field_size_limit(CELL_MOST)
    text = io.TextIOWrapper(file, "utf-8-sig", "replace", newline="")
    reader = csv.DictReader(_lines(text))
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Unread(f"line {reader.line_num}", f"It is no CSV: {error}.")
            return
        # A line of names that ends in a comma names one column less than it has.
        more = [row.pop("", None) or "", *(row.pop(None, None) or ())]
        if any(more) or None in row.values():
            yield Unread(f"line {reader.line_num}", "It has other columns.")
        else:
            yield Item(f"line {reader.line_num}", dict(row))


def _lines(text: IO[str]) -> Iterator[str]:
    """Raises `csv.Error` for one that is longer than any cell, and reads no further."""
    while line := text.readline(CELL_MOST + 1):
        if len(line) > CELL_MOST:
            raise csv.Error(f"a line is longer than {CELL_MOST >> 20} MiB")
        yield line


def _counted(rows: Iterator[Item | Unread], seen: list[int]) -> Iterator[Item | Unread]:
    for row in rows:
        seen[0] += 1
        yield row
