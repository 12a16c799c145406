"""Which of many known beginnings a text has, found without trying each of them.

`purposes.py` and `harness_words.py` ask it of every text that a user or a system prompt
says; nearly none of them has one. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

Meaning = TypeVar("Meaning")


class Beginnings(Generic[Meaning]):
    """Words that a text may begin with, and what each of them means."""

    def __init__(self, table: Iterable[tuple[str, Meaning]]) -> None:
        rows = list(table)
        self.size = min(len(words) for words, _ in rows)
        """Characters of a text that nearly always tell that it has none of them."""
        self._rows: dict[str, list[tuple[str, Meaning]]] = {}
        for words, meaning in rows:
            self._rows.setdefault(words[: self.size], []).append((words, meaning))

    def may_have(self, begun: str) -> bool:
        """False: no text has any whose first `size` characters are these."""
        return begun in self._rows

    def of(self, text: str) -> Meaning | None:
        """What the first of the table that `text` begins with means."""
        for words, meaning in self._rows.get(text[: self.size], ()):
            if text.startswith(words):
                return meaning
        return None
