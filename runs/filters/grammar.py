"""Reads the filter language: `model:gpt-5* -provider:openai (status:5xx or cost>1)`.

    query  = all { "or" all }
    all    = one { ["and"] one }
    one    = ("-" | "not") one | "(" query ")" | term | word
    term   = field ":" value { "|" value }  |  field compares value
    compares = ">" | ">=" | "<" | "<=" | "="

Words side by side must all be true. A value with spaces or brackets stands in quotes;
`*` is any part of one without. Fields are in `fields.py`. Bounded in length, depth and
terms, so that no text costs more than its reading. Pure.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from runs.filters.field import Filter
from runs.filters.fields import FIELDS
from runs.filters.kinds import BadFilter, plain_text
from runs.filters.scanning import BadWhere, Piece, pieces
from runs.filters.tree import Both, Either, Node, Not, Term, Value

MAX_LENGTH = 2000
MAX_TERMS = 50
MAX_DEPTH = 20
WORD = "q"
"""The field of a word that stands alone."""
BY_NAME = {field.name: field for field in FIELDS}


def parse(text: str) -> Node | None:
    """None of a text without words; raises `BadWhere`."""
    if len(text) > MAX_LENGTH:
        raise BadWhere(f"at most {MAX_LENGTH} characters can be read.", MAX_LENGTH)
    found = pieces(text)
    if not found:
        return None
    reading = _Reading(found, len(text))
    node = reading.query(0)
    if reading.next is not None:
        raise BadWhere("this bracket closes nothing.", reading.next.start)
    return node


class _Reading:
    """How far the pieces are read."""

    def __init__(self, found: list[Piece], end: int) -> None:
        self._pieces = found
        self._at = 0
        self._terms = 0
        self._end = end

    @property
    def next(self) -> Piece | None:
        return self._pieces[self._at] if self._at < len(self._pieces) else None

    def _takes(self, *kinds: str) -> Piece | None:
        piece = self.next
        if piece is None or piece.kind not in kinds:
            return None
        self._at += 1
        return piece

    def query(self, depth: int) -> Node:
        parts = [self._all(depth)]
        while self._takes("or"):
            parts.append(self._all(depth))
        if len(parts) == 1:
            return parts[0]
        return Either(tuple(parts), parts[0].start, parts[-1].end)

    def _all(self, depth: int) -> Node:
        parts = [self._one(depth)]
        while self.next is not None and self.next.kind not in ("or", ")"):
            self._takes("and")
            parts.append(self._one(depth))
        if len(parts) == 1:
            return parts[0]
        return Both(tuple(parts), parts[0].start, parts[-1].end)

    def _one(self, depth: int) -> Node:
        piece = self.next
        if piece is not None and depth > MAX_DEPTH:
            raise BadWhere(f"more than {MAX_DEPTH} brackets deep.", piece.start)
        if minus := self._takes("-", "not"):
            inner = self._one(depth + 1)
            return Not(inner, minus.start, inner.end)
        if opened := self._takes("("):
            return self._bracket(opened, depth)
        if term := self._takes("term", "word"):
            return self._term(term)
        if piece is None:
            raise BadWhere("something must follow here.", self._end)
        if piece.kind == ")":
            raise BadWhere("something must stand before this bracket.", piece.start)
        length = piece.end - piece.start
        raise BadWhere(f"“{piece.text}” joins nothing here.", piece.start, length)

    def _bracket(self, opened: Piece, depth: int) -> Node:
        inner = self.query(depth + 1)
        closed = self._takes(")")
        if not closed:
            raise BadWhere("this bracket is never closed.", opened.start)
        return inner.within(opened.start, closed.end)

    def _term(self, piece: Piece) -> Term:
        self._terms += 1 if piece.is_quoted else 1 + piece.text.count("|")
        if self._terms > MAX_TERMS:
            raise BadWhere(f"more than {MAX_TERMS} terms.", piece.start)
        return term_of(piece)


def term_of(piece: Piece) -> Term:
    """A word or term with its field; raises `BadWhere`."""
    field = BY_NAME[WORD] if piece.kind == "word" else _field(piece)
    if piece.operator not in ("", ":") and not field.is_ordered:
        raise BadWhere(
            f"{field.name} can't be compared with {piece.operator}; write"
            f" {field.shown}.",
            piece.start,
            piece.end - piece.start,
        )
    texts = [piece.text] if piece.is_quoted else piece.text.split("|")
    values = tuple(_value(field, piece, text) for text in texts)
    return Term(field, piece.operator or ":", values, piece.start, piece.end)


def _field(piece: Piece) -> Filter[Any]:
    if field := BY_NAME.get(piece.name.lower()):
        return field
    near = get_close_matches(piece.name.lower(), BY_NAME, 1)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(BY_NAME)}."
    message = f"there is no field {piece.name}; {hint}"
    raise BadWhere(message, piece.start, len(piece.name))


def _value(field: Filter[Any], piece: Piece, text: str) -> Value:
    length = piece.end - piece.value_at
    is_equal = piece.operator in ("", ":")
    try:
        if "*" in text and field.has_facets and is_equal and not piece.is_quoted:
            return Value(plain_text(field.name, text), is_pattern=True)
        value = field.read(text) if text else None
    except BadFilter as error:
        raise BadWhere(str(error), piece.value_at, length) from None
    if value is None:
        raise BadWhere(f"{field.name} needs a value.", piece.value_at, length)
    if not is_equal and isinstance(value, str):
        raise BadWhere(
            f"{field.name} can be compared with a number alone.", piece.value_at, length
        )
    return Value(value)
