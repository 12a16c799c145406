"""The objects of a JSON file, one at a time, however large the file is. Pure.

Lines (JSONL), a list, or a list inside of an object (`{"log": {"entries": […]}}`). An
object larger than `MOST` is skipped and told; so is what is no JSON. A line that is
broken costs that line alone; a list that is broken ends where it breaks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import msgspec

from runs.importers.base import Unread
from runs.importers.fields import UNREADABLE

MOST = 64 * 1024 * 1024
"""Bytes of one object."""
PIECE = 256 * 1024
HEAD = 64 * 1024
WRAPPERS: tuple[tuple[str, ...], ...] = (("log", "entries"), ("data",))
"""Where lists lie in objects: HAR, answers of APIs."""
_SHALLOW = re.compile(rb'["{}\[\]:,]')
_DEEP = re.compile(rb'["{}\[\]]')
_STRING = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+("?)', re.DOTALL)
_WRAPPED = re.compile(
    rb'\{\s*(?:"\w+"\s*:\s*(?:null|true|false|[\d.]+|"[^"\\]*+")\s*,\s*)*'
    rb'"(?:log"\s*:\s*\{|data"\s*:\s*\[)'
)
DEEPEST = 512
"""Levels inside an object; no request has as many."""


@dataclass(frozen=True, slots=True)
class Item:
    """One row and where it stands."""

    where: str
    value: dict[str, Any]


def items(file: IO[bytes]) -> Iterator[Item | Unread]:
    """Every object; `file` is read once, from its beginning."""
    head = file.peek(HEAD)[:HEAD] if hasattr(file, "peek") else b""
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    is_object = head.startswith(b"{") and not _WRAPPED.match(head)
    if is_object and not _is_spread(head):
        yield from _lines(file)
    else:
        yield from _listed(file, is_object=is_object)


def _is_spread(head: bytes) -> bool:
    """One object over several lines."""
    first, newline, _ = head.partition(b"\n")
    return bool(newline) and not first.rstrip().endswith(b"}")


def _lines(file: IO[bytes]) -> Iterator[Item | Unread]:
    number = 0
    while line := file.readline(MOST + 1):
        number += 1
        where = f"line {number}"
        if len(line) > MOST:
            while line and not line.endswith(b"\n"):
                line = file.readline(PIECE)
            yield Unread(where, f"It is longer than {MOST >> 20} MiB.")
        elif line.strip():
            yield _item(where, line.removeprefix(b"\xef\xbb\xbf"))


def _item(where: str, data: bytes) -> Item | Unread:
    try:
        value = msgspec.json.decode(data)
    except UNREADABLE as error:
        return Unread(where, f"It is no JSON: {str(error)[:200]}")
    if isinstance(value, dict):
        return Item(where, value)
    return Unread(where, "It is no object.")


def _listed(file: IO[bytes], *, is_object: bool) -> Iterator[Item | Unread]:
    splitter = _Splitter(is_object=is_object)
    while piece := file.read(PIECE):
        yield from splitter.feed(piece)
        if splitter.is_broken:
            break
    if splitter.is_open or splitter.is_broken:
        said = "The JSON breaks off or is damaged here; nothing behind it was read."
        yield Unread(f"line {splitter.line}", said)


class _Splitter:
    """Finds where the objects of a list begin and end, without reading them."""

    def __init__(self, *, is_object: bool) -> None:
        self._is_object = is_object
        """What stands at the top is wanted itself."""
        self._buffer = bytearray()
        self._at = 0
        self._stack: list[bytes] = []
        self._path: list[str] = []
        """Name of each container that is open, the list's own is ""."""
        self._name = ""
        self._in_string = False
        self._string_from = -1
        self._start = -1
        self._base = 0
        """Depth of the list whose objects are wanted, when inside of one."""
        self._dropped = False
        self.line = 1
        self._line_of_item = 1
        self.is_broken = False

    @property
    def is_open(self) -> bool:
        return bool(self._stack) or self._in_string

    def feed(self, piece: bytes) -> Iterator[Item | Unread]:
        self._buffer += piece
        while not self.is_broken and self._at < len(self._buffer):
            if self._in_string:
                if not self._through_string():
                    break
                continue
            inside = self._start >= 0 or self._dropped
            found = (_DEEP if inside else _SHALLOW).search(self._buffer, self._at)
            if found is None:
                self._at = len(self._buffer)
                break
            self._at = found.end()
            yield from self._take(found.group())
        self._shrink()

    def _take(self, mark: bytes) -> Iterator[Item | Unread]:
        if mark == b'"':
            self._in_string, self._string_from = True, self._at
        elif mark in (b"{", b"["):
            self._open(mark)
        elif mark in (b"}", b"]"):
            yield from self._close(mark)
        elif mark == b",":
            self._name = ""

    def _open(self, mark: bytes) -> None:
        if mark == b"{" and self._start < 0 and not self._dropped and self._is_wanted():
            self._start, self._base = self._at - 1, len(self._stack)
            self._line_of_item = self.line + self._buffer.count(b"\n", 0, self._start)
        self._stack.append(mark)
        self._path.append(self._name)
        self._name = ""
        self.is_broken = len(self._stack) > DEEPEST

    def _is_wanted(self) -> bool:
        """At the top, in a list at the top, or in one of `WRAPPERS`."""
        if self._is_object:
            return not self._stack
        if not self._stack or self._stack[-1] != b"[":
            return False
        path = tuple(name for name in self._path if name)
        return len(self._stack) == 1 or (
            path in WRAPPERS and len(self._stack) == len(path) + 1
        )

    def _close(self, mark: bytes) -> Iterator[Item | Unread]:
        if not self._stack or self._stack.pop() != (b"{" if mark == b"}" else b"["):
            self.is_broken = True
            return
        self._path.pop()
        if len(self._stack) != self._base or not (self._start >= 0 or self._dropped):
            return
        where = f"line {self._line_of_item}"
        if self._dropped or self._at - self._start > MOST:
            yield Unread(where, f"It is longer than {MOST >> 20} MiB.")
        else:
            yield _item(where, bytes(self._buffer[self._start : self._at]))
        self._start, self._dropped = -1, False

    def _through_string(self) -> bool:
        found = _STRING.match(self._buffer, self._at)
        end = found.end() if found else self._at
        if found and found.group(1):
            if self._start < 0 and not self._dropped:
                name = bytes(self._buffer[self._string_from : end - 1])
                self._name = name[:64].decode("utf-8", "replace")
            self._at, self._in_string = end, False
            return True
        self._at = end
        return False

    def _shrink(self) -> None:
        """Forgets what is read; an object that grows too large with it."""
        if self._start >= 0 and self._at - self._start > MOST:
            self._start, self._dropped = -1, True
        keep = self._start if self._start >= 0 else self._at
        if self._in_string and self._start < 0 and not self._dropped:
            keep = max(self._string_from, len(self._buffer) - HEAD)
        keep = min(keep, self._at)
        self.line += self._buffer.count(b"\n", 0, keep)
        del self._buffer[:keep]
        self._at -= keep
        self._string_from = max(0, self._string_from - keep)
        if self._start >= 0:
            self._start -= keep
