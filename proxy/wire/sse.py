"""Splits a server-sent-event stream into its events, from any pieces of bytes.

First step of `proxy/wire/reading.py`. Follows the WHATWG rules: lines end in LF, CR or
CRLF (a CRLF may be cut between two chunks), one space after the colon is optional,
several data lines are one event, comments and unknown fields are nothing. Only those
line ends count: U+2028 inside a text is text (`bytes.splitlines` agrees,
`str.splitlines` does not). Pure.
"""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_EVENT = 32 * 1024 * 1024
"""Bytes of one event that are kept; a larger one is dropped and counted."""

BOM = b"\xef\xbb\xbf"
FIELD_STARTS = (b"data:", b"event:", b":", b"id:", b"retry:")
"""How a body begins that is an event stream, whatever its content type says."""
MAX_STRAY = 64 * 1024
"""Bytes of lines outside of events that are kept."""
_IGNORED = (b":", b"id:", b"retry:", b"id\n", b"id\r")
# `?+` gives nothing back: the halves of one CRLF are never taken for two line ends.
_LINE_END = rb"(?:\n|\r\n?+)"
LINE_END = re.compile(_LINE_END)
EVENT_END = re.compile(_LINE_END * 2)
"""An event's last line end and its blank line, each in any of the three spellings. For
bytes that are at hand; `SSESplitter` takes them as they come, by the same rule."""


class Event(NamedTuple):
    """One event that carried data."""

    name: bytes
    """The `event:` field, b"" when there was none."""
    data: bytes
    """All data lines, joined by LF."""
    end: int
    """Bytes of the stream up to and with the line end that completed it (of a CRLF,
    the CR: that is when the event is complete)."""


class SSESplitter:
    """`feed` chunks, get the events they complete; `finish` for a tail without one."""

    def __init__(self, max_event: int = MAX_EVENT) -> None:
        self.dropped = 0
        """Events larger than the cap."""
        self.stray: list[bytes] = []
        """Lines of no known field, which clients drop: errors, of some servers."""
        self._max = max_event
        self._pieces: list[bytes] = []
        self._held = 0
        self._consumed = 0
        self._skip_lf = False
        self._name = b""
        self._data: list[bytes] = []
        self._size = 0
        self._too_big = False
        self._stray_size = 0

    def feed(self, chunk: bytes) -> list[Event]:
        """The events that end within `chunk`."""
        if self._skip_lf and chunk:
            self._skip_lf = False
            if chunk.startswith(b"\n"):
                self._consumed += 1
                chunk = chunk[1:]
        if b"\n" not in chunk and b"\r" not in chunk:
            self._hold(chunk)
            return []
        block = self._take(chunk)
        if self._data or self._name or self._too_big:
            return self._lines(block)
        if b"\r" not in block:
            return self._blocks(block, b"\n", 2)
        ends = block.count(b"\r\n")
        if block.count(b"\r") != ends or block.count(b"\n") != ends:
            return self._lines(block)
        return self._blocks(block, b"\r\n", 3)

    @property
    def consumed(self) -> int:
        """Bytes of the stream that are in events by now."""
        return self._consumed

    @property
    def is_between(self) -> bool:
        """Nothing of an event has come that isn't whole."""
        begun = self._pieces or self._data or self._name or self._too_big
        return not begun and not self._skip_lf

    def skip(self, size: int) -> None:
        """Whole events that somebody else has read."""
        self._consumed += size

    def finish(self) -> list[Event]:
        """The last event, where the stream ended without its blank line."""
        events = self._lines(self._take(b"\n\n"))
        return [event._replace(end=self._consumed - 2) for event in events]

    def _hold(self, chunk: bytes) -> None:
        # Pieces are joined once, so a line of many chunks costs no copy a chunk.
        if self._held + len(chunk) > self._max:
            self._too_big = True
            self._consumed += self._held + len(chunk)
            self._pieces, self._held = [], 0
        elif chunk:
            self._pieces.append(chunk)
            self._held += len(chunk)

    def _take(self, chunk: bytes) -> bytes:
        if self._pieces:
            self._pieces.append(chunk)
            chunk = b"".join(self._pieces)
            self._pieces, self._held = [], 0
        if self._consumed == 0 and chunk.startswith(BOM):
            self._consumed = len(BOM)
            return chunk[len(BOM) :]
        return chunk

    def _blocks(self, block: bytes, line_end: bytes, to_end: int) -> list[Event]:
        """Between events: those of one data line, with a name or without, as nearly all
        are, at once, and others line by line. All lines end alike; an event is complete
        `to_end` bytes behind its data."""
        blank = line_end * 2
        *parts, rest = block.split(blank)
        events: list[Event] = []
        longest, between = self._max, len(blank)
        # Asked of all at once: without another line end, none has a name or two lines.
        are_lines = block.count(b"\n") == 2 * len(parts) and len(block) < longest
        for part in parts:
            name, data = b"", part
            if not are_lines and part[:7] == b"event: ":
                name, _, data = part[7:].partition(line_end)
            if data[:6] == b"data: " and (
                are_lines or (b"\n" not in data and len(data) < longest)
            ):
                # As `Event(…)` does it, for which Python makes a call in between.
                told = (name, data[6:], self._consumed + len(part) + to_end)
                self._consumed += len(part) + between
                events.append(tuple.__new__(Event, told))
            else:
                events += self._lines(part + blank)
        return events + self._lines(rest) if rest else events

    def _lines(self, block: bytes) -> list[Event]:
        events: list[Event] = []
        lines = block.splitlines(keepends=True)
        if lines and not lines[-1].endswith((b"\n", b"\r")):
            self._hold(lines.pop())
        elif block.endswith(b"\r"):
            self._skip_lf = True
        for line in lines:
            if line in (b"\n", b"\r", b"\r\n"):
                self._end_event(events)
            else:
                self._field(line)
            self._consumed += len(line)
        return events

    def _field(self, line: bytes) -> None:
        if line.startswith(b"data:"):
            start = 6 if line.startswith(b"data: ") else 5
            value = line[start:].rstrip(b"\r\n")
            self._size += len(value)
            if self._size > self._max:
                self._too_big, self._data = True, []
            else:
                self._data.append(value)
        elif line.startswith(b"event:"):
            self._name = line[6:].rstrip(b"\r\n").removeprefix(b" ")
        elif line.rstrip(b"\r\n") == b"data":
            self._data.append(b"")
        elif not line.startswith(_IGNORED) and self._stray_size < MAX_STRAY:
            self._stray_size += len(line)
            self.stray.append(line.rstrip(b"\r\n")[:MAX_STRAY])

    def _end_event(self, events: list[Event]) -> None:
        if self._too_big:
            self.dropped += 1
        elif self._data:
            data = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
            events.append(Event(self._name, data, self._consumed + 1))
        self._name, self._data = b"", []
        self._size, self._too_big = 0, False
