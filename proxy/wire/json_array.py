"""Splits a JSON array of objects into its objects, from any pieces of bytes.

Gemini's `streamGenerateContent` without `alt=sse` is such an array, sent element by
element. `members.py` also cuts a `messages` array with it where msgspec refuses the
text. Same two verbs as `sse.py`. Pure.
"""

from __future__ import annotations

import re

from proxy.wire.sse import MAX_EVENT, Event

_TO_BRACKET = re.compile(rb'[^"{}\[\]]*+')
_TO_QUOTE = re.compile(rb'[^"\\]*+')
_OPEN, _CLOSE = b"{[", b"}]"


class JSONArraySplitter:
    """`feed` chunks, get the top-level objects they complete."""

    def __init__(self, max_event: int = MAX_EVENT) -> None:
        self.dropped = 0
        self._max = max_event
        self._pieces: list[bytes] = []
        self._held = 0
        self._consumed = 0
        self._depth = 0
        self._in_string = False
        self._escaped = False

    def feed(self, chunk: bytes) -> list[Event]:
        """The objects that end within `chunk`."""
        events: list[Event] = []
        at, start = 0, 0 if self._depth > 1 else -1
        while at < len(chunk):
            if self._in_string:
                at = self._string(chunk, at)
                continue
            at = _TO_BRACKET.match(chunk, at).end()  # type: ignore[union-attr]
            if at == len(chunk):
                break
            byte = chunk[at]
            at += 1
            if byte in _OPEN:
                self._depth += 1
                start = at - 1 if self._depth == 2 else start
            elif byte in _CLOSE:
                self._depth -= 1
                if self._depth == 1:
                    self._hold(chunk[start:at])
                    self._end_object(events, self._consumed + at)
                    start = -1
            else:
                self._in_string = True
        if start >= 0:
            self._hold(chunk[start:])
        self._consumed += len(chunk)
        return events

    def finish(self) -> list[Event]:
        """Nothing: an object without its end is no object."""
        return []

    @property
    def is_complete(self) -> bool:
        """True when the array's own bracket was closed."""
        return self._depth <= 0 and self._consumed > 0

    def _string(self, chunk: bytes, at: int) -> int:
        if self._escaped:
            self._escaped = False
            return at + 1
        at = _TO_QUOTE.match(chunk, at).end()  # type: ignore[union-attr]
        if at < len(chunk):
            self._escaped = chunk[at] == 0x5C
            self._in_string = self._escaped
        return at + 1

    def _hold(self, piece: bytes) -> None:
        self._held += len(piece)
        if self._held <= self._max:
            self._pieces.append(piece)
        else:
            self._pieces = []

    def _end_object(self, events: list[Event], end: int) -> None:
        if self._held > self._max:
            self.dropped += 1
        elif self._pieces[0][:1] == b"{":
            events.append(Event(b"", b"".join(self._pieces), end))
        self._pieces, self._held = [], 0
