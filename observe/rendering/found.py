"""Marks what a list was searched for: in an excerpt, and in HTML that is drawn already.

What `text:` asks for is marked where it stands; what must not be there is not. Used by
`observe/pages/requests/excerpts.py` and by the tag `marked` of templates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.utils.safestring import SafeString, mark_safe

from runs.filters import BadFilter
from runs.filters.request_filter import RequestFilter
from runs.filters.tree import Both, Either, Node, Term
from runs.text.words import Phrase, phrase, places

BEFORE, AFTER = 16, 80
"""Characters of an excerpt: few in front, or a narrow column would not show the hit."""
FOLDED_MOST = 20_000
"""Of a text with accents, which takes longer to look through."""
_PIECES = re.compile(r"""(<(?:[^>"']|"[^"]*"|'[^']*')*>|&[#\w]+;)""")
"""Tags and entities of HTML, which nothing may be marked within."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A hit with what stands around it."""

    before: str
    hit: str
    after: str


@dataclass(frozen=True)
class Sought:
    """The phrases that a filter asks for; without any, nothing is marked."""

    phrases: tuple[Phrase, ...] = ()

    @classmethod
    def by(cls, chosen: RequestFilter) -> Sought:
        texts = _texts(chosen.where.tree) if chosen.where.tree else ()
        return cls(tuple(found for text in texts if (found := phrase(text))))

    @classmethod
    def in_query(cls, query: Mapping[str, str]) -> Sought:
        """Of an address; one that can't be read asks for nothing."""
        try:
            return cls.by(RequestFilter.from_query(query))
        except BadFilter:
            return cls()

    def excerpt(self, text: str) -> Excerpt | None:
        """The first hit."""
        if (place := next(self._places(text), None)) is None:
            return None
        start, end = place
        before, after = text[max(start - BEFORE, 0) : start], text[end : end + AFTER]
        if start > BEFORE:  # from the beginning of a word on
            before = before.partition(" ")[2]
        return Excerpt(_folded(before), text[start:end], _folded(after))

    def mark(self, html: SafeString) -> SafeString:
        """The same HTML with each hit in `<mark>`."""
        if not self.phrases:
            return html
        pieces = _PIECES.split(html)
        # A text stands at each even place; it is escaped, and so is what is cut of it.
        pieces[::2] = [
            self._pattern.sub(r"<mark>\g<0></mark>", text) for text in pieces[::2]
        ]
        return mark_safe("".join(pieces))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(_pattern(each) for each in self.phrases), re.I)

    def _places(self, text: str) -> Iterator[tuple[int, int]]:
        if not self.phrases:
            return
        hits = [match.span() for match in self._pattern.finditer(text)]
        if hits or text.isascii():
            yield from hits
        else:
            yield from places(text[:FOLDED_MOST], self.phrases)


def _texts(node: Node) -> Iterator[str]:
    if isinstance(node, Term) and node.filter.name == "text":
        yield from (str(each.value) for each in node.values)
    if isinstance(node, Both | Either):
        for part in node.parts:
            yield from _texts(part)


def _pattern(asked: Phrase) -> str:
    """Words with anything between that is none."""
    words = "".join(_joined(asked.words))
    is_letter = asked.words[0].isascii()
    start = r"(?<![^\W_])" if is_letter else ""
    end = r"[^\W_]*" if asked.is_prefix else r"(?![^\W_])" if is_letter else ""
    return start + words + end


def _joined(words: Iterable[str]) -> Iterator[str]:
    last = ""
    for word in words:
        if last:  # of scripts without spaces there may be nothing between
            yield r"[\W_]+" if last.isascii() and word.isascii() else r"[\W_]*"
        yield re.escape(word)
        last = word


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", text)
