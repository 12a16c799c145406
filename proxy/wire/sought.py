"""Looks for something in each piece of one stream, and at what begins alike only once.

Made by `proxy/wire/terminal.py` and `proxy/forward/include_usage.py`. The pieces of a
stream differ in a few words near their end: what stands before those was looked at with
an earlier piece. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable

LEAST = 32
"""Bytes that are worth being remembered."""
MOST = 512
_LESSONS = 16
"""Of one stream, in which more may begin in ways of their own."""

Search = Callable[[bytes, int], object]
"""From a place in a piece on; true where it is found."""
Crosses = Callable[[bytes], re.Match[bytes] | None]


class Sought:
    """`is_in` each piece. What is sought must not go on behind a `{` or a `,` in it,
    but where `crosses` finds its beginning."""

    __slots__ = ("_at", "_crosses", "_head", "_lessons", "_search")

    def __init__(self, search: Search, crosses: Crosses) -> None:
        self._search = search
        self._crosses = crosses
        self._head = b"\0"
        """How pieces begin in which it isn't."""
        self._at = 0
        """Its length, where it ends so that nothing goes on behind it."""
        self._lessons = _LESSONS

    def is_in(self, piece: bytes) -> bool:
        if piece.startswith(self._head):  # nearly every piece
            return bool(self._search(piece, self._at))
        if self._search(piece, 0):
            return True
        if self._lessons:
            self._lessons -= 1
            self._learn(piece)
        return False

    def _learn(self, piece: bytes) -> None:
        """It begins otherwise, and nothing was found in it."""
        begin = self._cut(shared(piece, self._head))
        if len(begin) >= LEAST:
            self._head, self._at = begin, len(begin)
        else:
            self._head, self._at = piece[:MOST], 0

    def _cut(self, begin: bytes) -> bytes:
        """To where nothing that is sought can go on."""
        if found := self._crosses(begin):
            begin = begin[: found.start()]
        return begin[: max(begin.rfind(b"{"), begin.rfind(b",")) + 1]


def shared(one: bytes, other: bytes) -> bytes:
    """What both begin with."""
    size = min(len(one), len(other))
    differs = int.from_bytes(one[:size], "big") ^ int.from_bytes(other[:size], "big")
    return one[: size - (differs.bit_length() + 7) // 8]
