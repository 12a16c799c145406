"""Finds the top-level members of a JSON object without parsing it, piece by piece.

`proxy/forward/upload.py` feeds it large bodies as they arrive, so that no single step
holds the event loop for long; `proxy/forward/rewriting.py` uses the byte positions to
change one value and leave every other byte alone. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# Everything up to the next bracket, with whole strings swallowed. Possessive, so a
# long string is passed once and never again.
_TO_BRACKET = re.compile(rb'(?:[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)
_TO_STRING_END = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_TO_TOKEN = re.compile(rb'[^"{}\[\],:]*+')
_OPEN = b"{["
_CLOSE = b"}]"
_LONGEST_KEY = 256


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes [start, end) of a member's value in the body."""

    start: int
    end: int


class TopLevelScanner:
    """`feed` a JSON object in any pieces; `spans` has each top-level member's value.

    Raises nothing: what isn't an object leaves `is_object` False and no spans.
    A repeated key keeps its last value, as JSON parsers do.
    """

    def __init__(self) -> None:
        self.spans: dict[str, Span] = {}
        self.is_object = False
        self.is_complete = False
        self.open_at = 0
        """Offset just behind the object's opening brace."""
        self._seen = 0
        self._depth = 0
        self._in_string = False
        self._escaped = False
        self._key: str | None = None
        self._key_parts: bytearray | None = None
        self._value_start: int | None = None
        self._dead = False

    def feed(self, piece: bytes) -> None:
        at = 0
        while at < len(piece) and not self._dead and not self.is_complete:
            at = self._step(piece, at)
        self._seen += len(piece)

    def _step(self, piece: bytes, at: int) -> int:
        if self._in_string:
            return self._string(piece, at)
        if self._depth > 1:
            return self._nested(piece, at)
        return self._top(piece, at)

    def _string(self, piece: bytes, at: int) -> int:
        if self._escaped:
            self._escaped = False
            self._keep_key(piece[at : at + 1])
            return at + 1
        match = _TO_STRING_END.match(piece, at)
        end = match.end() if match else at
        self._keep_key(piece[at:end])
        if end == len(piece):
            return end
        if piece[end] == 0x5C:  # a backslash whose partner is in the next piece
            self._escaped = True
            self._keep_key(b"\\")
            return end + 1
        self._in_string = False
        if self._key_parts is not None:
            self._key = bytes(self._key_parts).decode("utf-8", "replace")
            self._key_parts = None
        return end + 1

    def _keep_key(self, text: bytes) -> None:
        if self._key_parts is not None and len(self._key_parts) < _LONGEST_KEY:
            self._key_parts += text

    def _nested(self, piece: bytes, at: int) -> int:
        match = _TO_BRACKET.match(piece, at)
        at = match.end() if match else at
        if at == len(piece):
            return at
        byte = piece[at]
        if byte in _OPEN:
            self._depth += 1
        elif byte in _CLOSE:
            self._depth -= 1
        else:  # a string that goes on in the next piece
            self._in_string = True
        return at + 1

    def _top(self, piece: bytes, at: int) -> int:
        start = at
        match = _TO_TOKEN.match(piece, at)
        at = match.end() if match else at
        if self._depth == 0 and piece[start:at].strip(b" \t\r\n\xef\xbb\xbf"):
            self._dead = True
            return at
        if at == len(piece):
            return at
        self._token(piece[at], self._seen + at)
        return at + 1

    def _token(self, byte: int, position: int) -> None:
        if self._depth == 0:
            self._begin(byte, position)
        elif byte == 0x22:
            self._in_string = True
            if self._key is None:
                self._key_parts = bytearray()
        elif byte == 0x3A:
            self._value_start = position + 1
        elif byte in _OPEN:
            self._depth += 1
        else:
            self._end_member(position)
            if byte in _CLOSE:
                self._depth = 0
                self.is_complete = True

    def _begin(self, byte: int, position: int) -> None:
        if byte == 0x7B:
            self._depth = 1
            self.is_object = True
            self.open_at = position + 1
        else:
            self._dead = True

    def _end_member(self, position: int) -> None:
        if self._key is not None and self._value_start is not None:
            self.spans[self._key] = Span(self._value_start, position)
        self._key = None
        self._value_start = None
