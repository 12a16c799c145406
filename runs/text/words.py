"""What a word is, the same in texts, questions and on pages. Pure.

Both databases get words that were taken apart here, so that both find the same: letters
and digits, without case and accents. Scripts that put no spaces between words are taken
character by character; a question in them is then a phrase.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LONGEST = 64
"""Characters of a word: what is longer is data, not language."""
SPACELESS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{SPACELESS}]|[^\W_{SPACELESS}]+")
_PLAIN = bytes(
    ord(chr(code).lower()) if code < 128 and chr(code).isalnum() else ord(" ")
    for code in range(256)
)
"""ASCII, all but its words made blank: a third of what a pattern takes."""
_BLANK = ord(" ")
_IN_PLACE = re.compile(rf"[{SPACELESS}]|(?:[^\W_{SPACELESS}][\u0300-\u036f]*)+")


@dataclass(frozen=True, slots=True)
class Phrase:
    """What is looked for: words that stand one behind the other."""

    words: tuple[str, ...]
    is_prefix: bool = False
    """The last may go on."""


def phrase(text: str) -> Phrase | None:
    """Of a question, `time*` or `connection refused`; None where it has no word."""
    asked = text.strip()
    found = tuple(words(asked))
    if not found:
        return None
    # A character of a script without spaces is a word by itself: it has no beginning.
    goes_on = asked.endswith("*") and not re.fullmatch(f"[{SPACELESS}]", found[-1])
    return Phrase(found, goes_on)


def words(text: str) -> list[str]:
    """Folded, in order, long ones left out."""
    if text.isascii():
        found = plain(text).decode().split()
    else:
        found = _WORD.findall(folded(text))
    if max(map(len, found), default=0) <= LONGEST:
        return found
    return [word for word in found if len(word) <= LONGEST]


def plain(text: str) -> bytes:
    """The words of an ASCII text where they stood, long ones too, and blanks."""
    return text.encode().translate(_PLAIN)


def has_long(plain: bytes) -> bool:
    """Whether some word of `plain` is longer than words are; none is taken apart."""
    at = 0
    while len(plain) - at > LONGEST:
        blank = plain.rfind(_BLANK, at, at + LONGEST + 1)
        if blank < 0:
            return True
        at = blank + 1
    return False


def folded(text: str) -> str:
    """Without case and accents, and wide or joined letters as their plain ones."""
    # Before and behind: a sign, as ™, may have capitals in it.
    lower = unicodedata.normalize("NFKD", text).casefold()
    apart = unicodedata.normalize("NFKD", lower)
    bare = "".join(char for char in apart if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", bare)


def places(text: str, phrases: Iterable[Phrase]) -> Iterator[tuple[int, int]]:
    """Where the phrases stand in a text, from and to, in its own characters."""
    found = [
        (word, match.start(), match.end())
        for match in _IN_PLACE.finditer(text)
        for word in words(match.group())
    ]
    asked = list(phrases)
    at = 0
    while at < len(found):
        length = max((_length(each, found, at) for each in asked), default=0)
        if length:
            yield found[at][1], found[at + length - 1][2]
        at += length or 1


def _length(asked: Phrase, found: list[tuple[str, int, int]], at: int) -> int:
    """How many words from `at` on are the phrase; 0: they aren't it."""
    here = [word for word, _, _ in found[at : at + len(asked.words)]]
    if len(here) < len(asked.words) or here[:-1] != list(asked.words[:-1]):
        return 0
    last, wanted = here[-1], asked.words[-1]
    is_it = last.startswith(wanted) if asked.is_prefix else last == wanted
    return len(here) if is_it else 0
