"""Cuts a text of the filter language into words, brackets and terms.

`grammar.py` reads what comes out; a mistake is told with its place. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from runs.filters.kinds import BadFilter

_TERM = re.compile(r"([A-Za-z][A-Za-z0-9_-]*)(?:(:)|[ \t]*(>=|<=|>|<|=)[ \t]*)")
_PLAIN = re.compile(r"[^\s()\"]+")
_SPACE = re.compile(r"\s*")
JOINS = ("and", "or", "not")


class BadWhere(BadFilter):
    """A text that isn't in the language; `at` is where, counted from 0."""

    def __init__(self, message: str, at: int, length: int = 1) -> None:
        super().__init__(f"where, character {at + 1}: {message}")
        self.message = message
        self.at = at
        self.length = max(length, 1)


@dataclass(frozen=True, slots=True)
class Piece:
    """A bracket, a minus, a joining word, a bare word or a term."""

    kind: str
    """`(`, `)`, `-`, `and`, `or`, `not`, `word` or `term`."""
    start: int
    end: int
    text: str = ""
    """A word's, or a term's value."""
    name: str = ""
    operator: str = ""
    value_at: int = 0
    is_quoted: bool = False


def pieces(text: str) -> list[Piece]:
    """Raises `BadWhere` for a quote that nobody ends."""
    found, at = list[Piece](), _SPACE.match(text).end()  # type: ignore[union-attr]
    while at < len(text):
        piece = _piece(text, at)
        found.append(piece)
        at = _SPACE.match(text, piece.end).end()  # type: ignore[union-attr]
    return found


def _piece(text: str, at: int) -> Piece:
    mark = text[at]
    if mark in "()-":
        return Piece(mark, at, at + 1)
    if term := _TERM.match(text, at):
        return _term(text, at, term)
    value, end, is_quoted = _value(text, at)
    is_join = not is_quoted and value.lower() in JOINS
    kind = value.lower() if is_join else "word"
    return Piece(kind, at, end, text=value, value_at=at, is_quoted=is_quoted)


def _term(text: str, at: int, term: re.Match[str]) -> Piece:
    operator = ":" if term[2] or term[3] == "=" else term[3]
    value, end, is_quoted = _value(text, term.end())
    if not value:
        raise BadWhere(f"{term[1]} needs a value.", at, term.end() - at)
    return Piece(
        *("term", at, end, value, term[1], operator, term.end()), is_quoted=is_quoted
    )


def _value(text: str, at: int) -> tuple[str, int, bool]:
    """What stands from a place on, where it ends, and whether it is in quotes."""
    if text[at : at + 1] == '"':
        return _quoted(text, at)
    plain = _PLAIN.match(text, at)
    return (plain[0], plain.end(), False) if plain else ("", at, False)


def _quoted(text: str, at: int) -> tuple[str, int, bool]:
    found, place = list[str](), at + 1
    while place < len(text) and text[place] != '"':
        if text[place] == "\\" and text[place + 1 : place + 2] in ('"', "\\"):
            place += 1
        found.append(text[place])
        place += 1
    if place >= len(text):
        raise BadWhere("this quote is never closed.", at, len(text) - at)
    return "".join(found), place + 1, True
