"""What is indexed of a request: the words of what it says anew. Pure.

The recorder makes one of each request. On a coding agent's sessions an index with the
place of each word takes about 20 % of what is stored; a long text would take more, so
behind its beginning each further word counts once, without its place. Words are found
wherever they stand, phrases in a text's first thousand words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate, takewhile

from runs.text.words import LONGEST, has_long, plain, words

IN_ORDER = 1_000
"""Words of a text that keep their place."""
OF_TOOL = 100
"""The same of what a tool gave: files above all."""
MOST_IN_ORDER = 12_000
"""The same of a request."""
MOST_BYTES = 300_000
"""Of a request's words: what comes behind is not indexed."""
_LONG = 16 * IN_ORDER
"""Bytes of a text that hardly has so few words."""


@dataclass(slots=True)
class Wording:
    """One request's words."""

    request: int
    digests: list[int] = field(default_factory=list)
    """Of the texts that they are from, which the conversation has then."""
    said: list[str] = field(default_factory=list)
    """Text by text, the words in order, with a blank or more between them."""
    rest: list[str] = field(default_factory=list)
    """Words from further behind, each once."""
    _known: set[str] = field(default_factory=set)
    _in_order: int = 0
    """Words `said`; with `_bytes` and `_known`: without those of `_uncounted`."""
    _bytes: int = 0
    _uncounted: list[str] = field(default_factory=list)
    """Texts that were `said` without being taken apart."""
    _words_most: int = 0
    """In `_uncounted`, no fewer than there are."""
    _bytes_most: int = 0

    def add(self, digest: int, text: str, in_order: int = IN_ORDER) -> None:
        self.digests.append(digest)
        if not text.isascii():
            self._add(words(text), in_order)
        elif not self._add_whole(bare := plain(text), in_order):
            self._add_plain(bare.decode(), in_order)

    def _add_whole(self, bare: bytes, in_order: int) -> bool:
        """A short text, as most are, if all of its words have room: as `_add` has it,
        but for blanks."""
        size = self._bytes_most + len(bare)
        count = (len(bare) + 1) // 2
        if count > in_order and len(bare) < _LONG:
            count = bare.count(b" ") + 1
        said = self._words_most + count
        if count > in_order or said > MOST_IN_ORDER - self._in_order:
            return False
        if self._bytes + size > MOST_BYTES or has_long(bare):
            return False
        if bare and not bare.isspace():
            self.said.append(bare.decode())
            self._uncounted.append(self.said[-1])
            self._words_most, self._bytes_most = said, size
        return True

    def _add_plain(self, bare: str, in_order: int) -> None:
        """Of a long text the tail is many words, few of them new."""
        room = self._room(in_order)
        found = bare.split(None, room)
        head, tail = found[:room], found[room].split() if len(found) > room else []
        if max(map(len, head), default=0) > LONGEST:
            self._add([each for each in head + tail if len(each) <= LONGEST], in_order)
        else:
            self._take(head, tail)

    def _add(self, found: list[str], in_order: int) -> None:
        room = self._room(in_order)
        self._take(found[:room], found[room:])

    def _room(self, in_order: int) -> int:
        """For words in order; all that was said is counted now."""
        for text in self._uncounted:
            found = text.split()
            self._in_order += len(found)
            self._bytes += len(" ".join(found))
            self._known.update(found)
        self._uncounted, self._words_most, self._bytes_most = [], 0, 0
        return min(in_order, MOST_IN_ORDER - self._in_order)

    def _take(self, head: list[str], tail: Iterable[str]) -> None:
        head = self._fitting(head)
        if head:
            self.said.append(" ".join(head))
            self._in_order += len(head)
            self._known.update(head)
        self.rest += self._fitting(self._new(tail))

    def _new(self, tail: Iterable[str]) -> list[str]:
        known = self._known
        once = dict.fromkeys(tail)
        new = [word for word in once if word not in known and len(word) <= LONGEST]
        self._known.update(new)
        return new

    def _fitting(self, found: list[str]) -> list[str]:
        """As many as there is room for."""
        size = len(" ".join(found).encode())
        if self._bytes + size > MOST_BYTES:
            sizes = accumulate(len(word.encode()) + 1 for word in found)
            room = MOST_BYTES - self._bytes
            found = found[: sum(1 for _ in takewhile(lambda end: end <= room, sizes))]
            size = len(" ".join(found).encode())
        self._bytes += size
        return found
