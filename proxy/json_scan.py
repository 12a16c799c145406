"""Finds the top-level members of a JSON object without parsing it, piece by piece.

`proxy/forward/upload.py` feeds it large bodies as they arrive, so that no single step
holds the event loop for long; `proxy/forward/rewriting.py` uses the byte positions to
change one value and leave every other byte alone. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

# Everything up to the next bracket, with whole strings swallowed. Possessive, so a
# long string is passed once and never again.
_TO_BRACKET = re.compile(rb'(?:[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)
_TO_TOKEN = re.compile(rb'[^"{}\[\],:]*+')
_OPEN = b"{["
_CLOSE = b"}]"
_LONGEST_KEY = 256
MOST_MEMBERS = 1000
"""Of one object; no call has more, and each costs a step."""
_STEPS = 8
"""Brackets that are gone through one by one before whole stretches are counted."""
_STRETCH, _SHORT = 16 * 1024, 1024
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_SIGNS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes [start, end) of a member's value in the body."""

    start: int
    end: int


class TopLevelScanner:
    """`feed` a JSON object in any pieces; `spans` has each top-level member's value.

    Raises nothing: what isn't an object leaves `is_object` False and no spans.
    A repeated key keeps its last value, as JSON parsers do. Brackets in millions cost
    little more than other bytes; an object of too many members is given up.
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
        self._members = 0
        self._steps = 0
        self._ends_before = 0
        self._dead = False

    def feed(self, piece: bytes) -> None:
        at = 0
        while at < len(piece) and not self._dead and not self.is_complete:
            at = self._step(piece, at)
        self._seen += len(piece)

    def _step(self, piece: bytes, at: int) -> int:
        if self._depth > 1:
            self._steps += 1
            if self._steps > _STEPS and (end := self._far(piece, at)):
                return end
            return (self._string if self._in_string else self._nested)(piece, at)
        if self._in_string:
            return self._string(piece, at)
        self._steps = 0
        return self._top(piece, at)

    def _far(self, piece: bytes, at: int) -> int:
        """Pass many brackets at once; 0 where the member ends among the next few."""
        if self._seen + at >= self._ends_before:
            if end := self._stretch(piece, at, _STRETCH):
                return end
            self._ends_before = self._seen + at + _STRETCH
        end = self._stretch(piece, at, _SHORT)
        if not end:
            self._steps = _STEPS - _SHORT  # one by one to where it ends
        return end

    def _stretch(self, piece: bytes, at: int, size: int) -> int:
        end = min(at + size, len(piece))
        bare = piece[at + self._escaped : end]
        if b"\\" in bare:  # without escapes each quote is where a string ends or begins
            bare = bare.replace(b"\\\\", b"").replace(b'\\"', b"")
        cut = bare.split(b'"')
        outside = cut[1::2] if self._in_string else cut[::2]
        brackets = b"".join(outside).translate(_SIGNS, _NO_BRACKETS)
        depths = accumulate(memoryview(brackets).cast("b"), initial=self._depth)
        lowest, last = self._depth, self._depth
        if b"\xff" in brackets:
            seen = list(depths)
            lowest, last = min(seen), seen[-1]
        else:
            last += len(brackets)
        if lowest < 2:
            return 0
        self._depth = last
        self._in_string ^= len(cut) % 2 == 0
        self._escaped = self._in_string and bare.endswith(b"\\")
        return end

    def _string(self, piece: bytes, at: int) -> int:
        if self._escaped:
            self._escaped = False
            self._keep_key(piece[at : at + 1])
            return at + 1
        end = _string_end(piece, at)
        if end < 0:
            tail = piece[at:]
            self._keep_key(tail)
            self._escaped = _ends_in_escape(tail)  # its partner is in the next piece
            return len(piece)
        self._keep_key(piece[at:end])
        self._in_string = False
        if self._key_parts is not None:
            self._key = _name(bytes(self._key_parts))
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
        self._members += 1
        self._dead = self._members > MOST_MEMBERS
        if self._key is not None and self._value_start is not None:
            self.spans[self._key] = Span(self._value_start, position)
        self._key = None
        self._value_start = None


def _name(key: bytes) -> str:
    """As it is meant: `"mod\\u0065l"` is `model`."""
    if b"\\" in key:
        try:
            return str(json.loads(b'"%s"' % key, strict=False))
        except ValueError:  # cut, or no JSON
            pass
    return key.decode("utf-8", "replace")


def _string_end(piece: bytes, at: int) -> int:
    """Where its closing quote is; -1 when it goes on."""
    while (end := piece.find(b'"', at)) >= 0:
        if piece[end - 1 : end] != b"\\" or not _ends_in_escape(piece[at:end]):
            return end
        at = end + 1
    return -1


def _ends_in_escape(text: bytes) -> bool:
    return (len(text) - len(text.rstrip(b"\\"))) % 2 == 1


def scan(pieces: Iterable[bytes]) -> TopLevelScanner:
    """All of them at once."""
    scanner = TopLevelScanner()
    for piece in pieces:
        scanner.feed(piece)
    return scanner
