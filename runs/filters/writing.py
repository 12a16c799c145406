"""Writes filters in the language: chips, menus and links of pages are made of it.

What stands side by side is a list of parts; one more, one less or another in its place
is a new text. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from runs.filters.request_filter import RequestFilter, Where
from runs.filters.scanning import JOINS, BadWhere, pieces
from runs.filters.tree import Either, together

_NEEDS_QUOTES = re.compile(r"[\s()\"*|\\]|^-|^$")


def term(name: str, value: str) -> str:
    """`provider:openai`; in quotes where the value could be read otherwise."""
    return f"{name}:{quoted(value)}"


def quoted(value: str) -> str:
    if not _NEEDS_QUOTES.search(value) and value.lower() not in JOINS:
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def parts_of(chosen: RequestFilter) -> list[str]:
    """What must all be true, each as a text that may stand beside others."""
    parts = []
    for each in chosen.chosen:
        value = {"1": "yes", "0": "no"}.get(each.text) if each.filter.is_flag else None
        parts.append(term(each.filter.name, value or each.text))
    return [*parts, *_parts(chosen.where)]


def _parts(where: Where) -> Iterable[str]:
    for node in together(where.tree) if where.tree else ():
        text = where.text[node.start : node.end]
        is_open = isinstance(node, Either) and node.start == node.parts[0].start
        yield f"({text})" if is_open else text


def in_language(chosen: RequestFilter) -> RequestFilter:
    """The same filter as one text, where it is short enough."""
    try:
        return RequestFilter(where=Where.read(joined(parts_of(chosen))))
    except BadWhere:
        return chosen


def joined(parts: Iterable[str]) -> str:
    return " ".join(parts)


def without(parts: Sequence[str], *gone: str) -> list[str]:
    return [part for part in parts if part not in gone]


def replaced(parts: Sequence[str], name: str, value: str) -> list[str]:
    """With `name:value` in the place of other values of the field."""
    kept = [part for part in parts if value_in([part], name) is None]
    return [*kept, term(name, value)] if value else kept


def value_in(parts: Iterable[str], name: str) -> str | None:
    """What a field has to be by one of the parts, as it is written."""
    for part in parts:
        first, *more = pieces(part)
        if not more and first.name.lower() == name and first.operator == ":":
            return part[first.value_at :]
    return None
