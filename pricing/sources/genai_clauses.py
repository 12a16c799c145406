"""Turns genai-prices' match clauses into a row's `match` and `aliases`.

A clause tree of equals, starts_with, ends_with, contains, regex, `or` and `and` becomes
a list of patterns (pricing/patterns.py) that match the same names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from genai_prices.types import (
    ClauseAnd,
    ClauseContains,
    ClauseEndsWith,
    ClauseEquals,
    ClauseOr,
    ClauseRegex,
    ClauseStartsWith,
    MatchLogic,
)


def row_names(model: str, clause: MatchLogic) -> tuple[str, tuple[str, ...]]:
    """The row's match kind for its own name, and its aliases."""
    aliases = dict.fromkeys(_aliases(clause))
    for match, own in (
        ("contains", f"*{model}*"),
        ("prefix", f"{model}*"),
        ("equals", model),
    ):
        if own in aliases:
            return match, tuple(alias for alias in aliases if alias != own)
    return "equals", tuple(aliases)


def _aliases(clause: MatchLogic) -> Iterator[str]:
    if isinstance(clause, ClauseOr):
        for part in clause.or_:
            yield from _aliases(part)
    elif isinstance(clause, ClauseEquals):
        yield _literal(clause.equals)
    elif isinstance(clause, ClauseStartsWith):
        yield f"{_literal(clause.starts_with)}*"
    elif isinstance(clause, ClauseEndsWith):
        yield f"*{_literal(clause.ends_with)}"
    elif isinstance(clause, ClauseContains):
        yield f"*{_literal(clause.contains)}*"
    else:
        yield f"/{_regex(clause)}/"


def _literal(text: str) -> str:
    if "*" in text:
        raise ValueError(f"A star in a catalogue name can't be told from ours: {text}")
    return text


def _regex(clause: MatchLogic) -> str:
    """One regular expression; `and` is a row of look-aheads from the start."""
    if isinstance(clause, ClauseRegex):
        return clause.regex
    parts = clause.and_ if isinstance(clause, ClauseAnd) else [clause]
    return "^" + "".join(f"(?={_anchored(part)})" for part in parts)


def _anchored(clause: MatchLogic) -> str:
    if isinstance(clause, ClauseStartsWith):
        return re.escape(clause.starts_with.lower())
    if isinstance(clause, ClauseEquals):
        return re.escape(clause.equals.lower()) + "$"
    if isinstance(clause, ClauseEndsWith):
        return ".*" + re.escape(clause.ends_with.lower()) + "$"
    if isinstance(clause, ClauseContains):
        return ".*" + re.escape(clause.contains.lower())
    if isinstance(clause, ClauseOr):
        return "(?:" + "|".join(_anchored(part) for part in clause.or_) + ")"
    source = _regex(clause)
    return source[1:] if source.startswith("^") else f".*(?:{source})"
