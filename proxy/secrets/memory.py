"""Remembers which stretches of bodies hold no key, so that they are looked at once.

An agent sends its whole history again with every call: of half a megabyte only the end
is new. Kept by `proxy/recording/secrets.py` for as long as the recorder lives. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from proxy.secrets.scan import Found, keys_in

CHUNK = 16 * 1024
REACH = 8 * 1024
"""Bytes on both sides of a new stretch that are looked at with it: more than a key."""
MOST = 20_000
"""Stretches remembered; the oldest go first."""


class CleanText:
    """`keys_in` of bodies that repeat each other."""

    def __init__(self) -> None:
        self._known: dict[int, None] = {}

    def keys_in(self, body: bytes) -> list[Found]:
        if len(body) <= 2 * CHUNK:
            return keys_in(body)
        marks = [
            hash(body[start : start + CHUNK]) for start in range(0, len(body), CHUNK)
        ]
        new = [mark not in self._known for mark in marks]
        found: dict[int, Found] = {}
        for first, behind in _stretches(new):
            low, high = max(0, first * CHUNK - REACH), behind * CHUNK + REACH
            for each in keys_in(body[low:high]):
                start = each.start + low
                if each.start or not low:  # else its beginning may be cut off
                    found[start] = replace(each, start=start, end=each.end + low)
        self._remember(marks, list(found.values()))
        return [found[start] for start in sorted(found)]

    def _remember(self, marks: list[int], found: list[Found]) -> None:
        dirty = {
            number
            for each in found
            for number in range(
                max(0, each.start - REACH) // CHUNK, (each.end + REACH) // CHUNK + 1
            )
        }
        for number, mark in enumerate(marks):
            self._known.pop(mark, None)
            if number not in dirty:
                self._known[mark] = None
        while len(self._known) > MOST:
            del self._known[next(iter(self._known))]


def _stretches(new: list[bool]) -> Iterator[tuple[int, int]]:
    """Runs of chunks that are new: the first, and the one behind the last."""
    first: int | None = None
    for number, is_new in enumerate([*new, False]):
        if is_new and first is None:
            first = number
        elif not is_new and first is not None:
            yield first, number
            first = None
