"""What may come next in a text of the filter language, at the place of the cursor.

Asked by `runs/api/filtering.py`, which knows the values that requests have. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from runs.filters.field import Filter
from runs.filters.fields import FIELDS
from runs.filters.grammar import BY_NAME
from runs.filters.writing import quoted

MOST = 12
"""Suggestions: more are not read."""
_TERM = re.compile(r'([A-Za-z][A-Za-z0-9_-]*)(?:>=|<=|>|<|=|:)"?')
FLAG_VALUES = ("yes", "no")
Known = Callable[[Filter[Any], str], Iterable[str]]
"""Values of a field that requests have and that contain a text."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    text: str
    """What stands there then."""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Completion:
    """What may stand between two places of the text."""

    start: int
    end: int
    items: list[Suggestion]


def complete(text: str, cursor: int, known: Known) -> Completion:
    cursor = max(0, min(cursor, len(text)))
    start = _start_of_piece(text[:cursor])
    term = _TERM.match(text, start, cursor)
    if term is None:
        return Completion(start, cursor, _fields(text[start:cursor]))
    field = BY_NAME.get(term[1].lower())
    part = text[term.end() : cursor]
    place = term.end() - text[start : term.end()].endswith('"')
    values = _values(field, part, known) if field else []
    return Completion(place, cursor, values[:MOST])


def _start_of_piece(text: str) -> int:
    """Behind the last space, bracket or minus that stands in no quotes."""
    start, is_open = 0, False
    for place, mark in enumerate(text):
        if mark == '"':
            is_open = not is_open
        elif not is_open and (mark in "()" or mark.isspace()):
            start = place + 1
    return start + text[start:].startswith("-")


def _fields(word: str) -> list[Suggestion]:
    word = word.lower()
    first = [field for field in FIELDS if field.name.startswith(word)]
    return [
        Suggestion(f"{field.name}{':' if not _is_amount(field) else '>'}", field.help)
        for field in first[: MOST if word else len(FIELDS)]
    ]


def _is_amount(field: Filter[Any]) -> bool:
    return ">" in field.shown


def _values(field: Filter[Any], part: str, known: Known) -> list[Suggestion]:
    """Those that begin with the part first."""
    offered = FLAG_VALUES if field.is_flag else field.values
    plain = [value for value in offered if part.lower() in value]
    texts = dict.fromkeys([*plain, *known(field, part)])
    ordered = sorted(texts, key=lambda text: not text.lower().startswith(part.lower()))
    return [Suggestion(quoted(text)) for text in ordered]
