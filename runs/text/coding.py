"""Words in few bytes: each frequent one is a character of its own. Pure.

PostgreSQL keeps the words of every request in order, to answer phrases by; spelled out
they take twice the room. What is in `data/words.txt`, the most frequent
first, is one character there, of those that no word has in it. Another word is spelled,
with a blank on either side: `split` in every second place has the spelled ones. The
list and the characters never change, or what is stored would say something else: a new
list wants a new index.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import chain
from pathlib import Path

from runs.text.words import SPACELESS

BETWEEN = "\n"
"""Stands between two texts, so that no phrase goes over the edge."""
_SIGNS = """ABCDEFGHIJKLMNOPQRSTUVWXYZ!"#$&()*+,./:;<=>?@_`{|}~"""
_TWO_BYTES = (
    *((0xA1, 0xAC), (0xAE, 0xE5), (0xFF, 0x110), (0x112, 0x126), (0x154, 0x166)),
    *((0x168, 0x17F), (0x1C4, 0x1DC), (0x1E6, 0x21C), (0x226, 0x233), (0x2D2, 0x2EB)),
    *((0x2EF, 0x34E), (0x350, 0x370), (0x38E, 0x3A1), (0x3A3, 0x3B0), (0x3CA, 0x3D6)),
    *((0x3FD, 0x42F), (0x4EA, 0x4F6), (0x531, 0x556), (0x591, 0x5C7), (0x64B, 0x65F)),
    *((0x730, 0x74A), (0x7A6, 0x7B0)),
)
"""Capitals, accents and letters with one: words are folded, and have none."""
_THREE_BYTES = (
    *((0xE001, 0xF8FF), (0x1E00, 0x1E9B), (0x1EA0, 0x1EF9), (0x2190, 0x23FF)),
    *((0x2500, 0x2775), (0x2794, 0x27BF), (0x2900, 0x2B73), (0x2E9B, 0x2EF3)),
    *((0x2F00, 0x2FD5), (0x3220, 0x3247), (0x3250, 0x33FF), (0x4DC0, 0x4DFF)),
    *((0xFB50, 0xFBB1), (0xFBD3, 0xFD3D), (0xFE76, 0xFEFC)),
)
"""Private ones, signs, and forms that are folded, too."""
_WORDS = Path(__file__).parent / "data" / "words.txt"
_ONE = re.compile(f"[{SPACELESS}]")


@cache
def book() -> dict[str, str]:
    """Word → its character; those of one byte first."""
    ranges = chain(_TWO_BYTES, _THREE_BYTES)
    more = (chr(code) for first, last in ranges for code in range(first, last + 1))
    codes = chain(_SIGNS, more)
    return dict(zip(_WORDS.read_text("utf-8").split(), codes, strict=False))


def coded(words: Iterable[str]) -> str:
    """Words one behind the other; a part of them is coded as in the whole."""
    known = book()
    return "".join(known.get(word) or _spelled(word) for word in words)


def token(word: str) -> str:
    """As the index has it."""
    return book().get(word, word)


def beginning(start: str) -> list[str]:
    """The characters of the words that begin so."""
    return [code for word, code in book().items() if word.startswith(start)]


def begun(start: str) -> str:
    """The beginning of a word that is spelled."""
    return start if _ONE.match(start) else f" {start}"


def _spelled(word: str) -> str:
    """A character of a script without blanks is a word, and its own code."""
    return word if _ONE.fullmatch(word) else f" {word} "
