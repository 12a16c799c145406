"""Splits newline-delimited JSON (Ollama) into its lines, from any pieces of bytes.

Same two verbs as `sse.py`. Only LF ends a line. Pure.
"""

from __future__ import annotations

import re

from proxy.wire.sse import MAX_EVENT, Event

LF = re.compile(rb"\n")


class NDJSONSplitter:
    """`feed` chunks, get the lines they complete; `finish` for a tail without LF."""

    def __init__(self, max_event: int = MAX_EVENT) -> None:
        self.dropped = 0
        self._max = max_event
        self._pieces: list[bytes] = []
        self._held = 0
        self._consumed = 0
        self._too_big = False

    def feed(self, chunk: bytes) -> list[Event]:
        """The lines that end within `chunk`, blank ones left out."""
        *lines, rest = chunk.split(b"\n")
        events: list[Event] = []
        for line in lines:
            self._hold(line)
            self._consumed += len(line) + 1
            self._end_line(events)
        self._hold(rest)
        self._consumed += len(rest)
        return events

    def finish(self) -> list[Event]:
        """The last line, where the stream ended without LF."""
        events: list[Event] = []
        self._end_line(events)
        return events

    def _hold(self, piece: bytes) -> None:
        if self._held + len(piece) > self._max:
            self._too_big = True
            self._pieces, self._held = [], 0
        elif piece and not self._too_big:
            self._pieces.append(piece)
            self._held += len(piece)

    def _end_line(self, events: list[Event]) -> None:
        line = b"".join(self._pieces).strip()
        if self._too_big:
            self.dropped += 1
        elif line:
            events.append(Event(b"", line, self._consumed))
        self._pieces, self._held, self._too_big = [], 0, False
