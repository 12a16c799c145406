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

from runs.text.words import words

IN_ORDER = 1_000
"""Words of a text that keep their place."""
OF_TOOL = 100
"""The same of what a tool gave: files above all."""
MOST_IN_ORDER = 12_000
"""The same of a request."""
MOST_BYTES = 300_000
"""Of a request's words: what comes behind is not indexed."""


@dataclass(slots=True)
class Wording:
    """One request's words."""

    request: int
    digests: list[int] = field(default_factory=list)
    """Of the texts that they are from, which the conversation has then."""
    said: list[list[str]] = field(default_factory=list)
    """Text by text, in order."""
    rest: list[str] = field(default_factory=list)
    """Words from further behind, each once."""
    _known: set[str] = field(default_factory=set)
    _in_order: int = 0
    _bytes: int = 0

    def add(self, digest: int, text: str, in_order: int = IN_ORDER) -> None:
        self.digests.append(digest)
        found = words(text)
        room = min(in_order, MOST_IN_ORDER - self._in_order)
        head = self._fitting(found[:room])
        if head:
            self.said.append(head)
            self._in_order += len(head)
            self._known.update(head)
        self.rest += self._fitting(self._new(found[room:]))

    def _new(self, tail: Iterable[str]) -> list[str]:
        new = [word for word in dict.fromkeys(tail) if word not in self._known]
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
