"""How the demo model counts tokens, and its prompt cache. Pure.

The rule, simple enough to check by hand: every word is one token, a word longer than
eight characters one more per eight further characters, and every punctuation mark one.
A message costs four tokens on top and an image 85. A prompt whose first messages were
seen before, at least `CACHE_MINIMUM` tokens of them, has those counted as cached.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from dataclasses import dataclass

from proxy.demo.asked import Prompt, Turn

CACHE_MINIMUM = 128
CACHE_ENTRIES = 4096
PER_MESSAGE = 4
PER_IMAGE = 85

_WORD_OR_MARK = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Tokens of one exchange; `cached` is part of `input`, `reasoning` of `output`."""

    input: int
    cached: int = 0
    output: int = 0
    reasoning: int = 0

    @property
    def total(self) -> int:
        return self.input + self.output


def tokens(text: str) -> int:
    return sum(1 + (len(word) - 1) // 8 for word in _WORD_OR_MARK.findall(text))


def turn_tokens(turn: Turn) -> int:
    return tokens(turn.text) + PER_MESSAGE + PER_IMAGE * turn.images


class PrefixCache:
    """Which beginnings of prompts were seen, newest kept; one per worker process."""

    def __init__(self, entries: int = CACHE_ENTRIES) -> None:
        self._entries = entries
        self._seen: OrderedDict[bytes, None] = OrderedDict()

    def count(self, prompt: Prompt) -> tuple[int, int]:
        """(all input tokens, those of the longest beginning seen before)."""
        total = cached = 0
        digest = hashlib.blake2b(prompt.model.encode("utf-8", "surrogatepass"))
        for turn in prompt.turns:
            total += turn_tokens(turn)
            digest.update(
                f"{turn.role}\0{turn.text}\0".encode("utf-8", "surrogatepass")
            )
            if self._knew(digest.digest()) and total >= CACHE_MINIMUM:
                cached = total
        # Like real caches, the last token is always computed anew.
        return total, min(cached, max(total - 1, 0))

    def _knew(self, key: bytes) -> bool:
        known = key in self._seen
        self._seen[key] = None
        self._seen.move_to_end(key)
        if len(self._seen) > self._entries:
            self._seen.popitem(last=False)
        return known
